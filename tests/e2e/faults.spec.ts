import { expect, test } from '@playwright/test';
import { stream } from '../../workers/numbers/rng';
import { drive, undisturbed } from '../faults/drive';
import { FAULTS } from '../faults/faults';
import { runLink } from '../faults/models';
import { Stage } from '../faults/stage';
import { linkMaker } from '../helpers/links';
import { serveFolder } from '../helpers/staticHost';

/** What `playwright.config.ts` has built before it serves it. */
const BUILD = 'dist';

/** The short form of `npm run soak`'s faults: three that end a tab's processes, in one run of some seconds. */
const SHORT = [
  ['reload', 0.2],
  ['kill-renderers', 0.4],
  ['kill-browser', 0.6],
  ['abort-worker-write', 0.8],
] as const;

test('a run that is disturbed again and again ends as one that nothing disturbed, bit for bit', async () => {
  test.setTimeout(240_000);
  const host = await serveFolder(BUILD);
  const stage = new Stage(host.address);
  try {
    await stage.open();
    const link = await runLink(stage.page, await linkMaker(), 'bpr', 1, { epochs: 14 });
    const twin = await undisturbed(stage, link);
    expect(twin.remains.document['status']).toBe('finished');
    const injections = SHORT.map(([name, at]) => ({ fault: FAULTS.find((fault) => fault.name === name)!, at }));
    const plan = { number: 1, model: 'bpr', injections, random: stream(1, 'short') };
    const { outcomes } = await drive(stage, plan, link, twin);
    expect(outcomes.flatMap(({ fault, violations }) => violations.map((what) => `${fault}: ${what}`))).toEqual([]);
    expect(outcomes.map(({ fault }) => fault)).toEqual(SHORT.map(([name]) => name));
    // Each took it up again, and none by itself went on from where it was; what was broken off in between was written again.
    expect(outcomes.map(({ presses }) => presses)).toEqual([1, 1, 1, 0]);
  } finally {
    await stage.close();
    await host.close();
  }
});
