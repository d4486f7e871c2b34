import { beforeAll, describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/domain/models/catalogue';
import { isActive, type RunEdit } from '../../../src/domain/run';
import type { QueuedExperiment } from '../../../src/domain/pretraining';
import { memoryDatabase, type Database } from '../../../src/storage/database';
import { listRuns, readRun } from '../../../src/storage/runs';
import { closedAt } from '../../helpers/closedAt';
import { browser, turn, type Tab, type Tabs, type Thread } from '../../helpers/threads';

/**
 * What must hold however a browser ends. A story is played on a database that dies before its k-th write, for every k; then the
 * app is opened on what was written. One call of the database is one transaction: it is made whole or not at all.
 */

const experiment = (seed: number): QueuedExperiment => ({
  experiment: {
    model: 'lightgcn',
    config: defaultConfig('lightgcn'),
    seed,
    dataset: { id: 'd', name: 'Demo', fingerprint: 'f' },
    backend: 'auto',
    allowSoftware: false,
  },
});

/** What a person has been told: kept from the moment that the page said it. */
class Told {
  /** Runs that are stored, in the order in which they were queued. */
  readonly stored: string[] = [];
  /** Runs whose deletion was asked for, and those of which it was said that they are gone. */
  readonly removing = new Set<string>();
  readonly deleted = new Set<string>();
  /** By who wrote it: the tab that trains, or another. */
  readonly edits: { readonly by: string; readonly id: string; readonly edit: Partial<RunEdit> }[] = [];
  readonly finished = new Set<string>();

  async enqueue(tab: Tab, count: number): Promise<string[]> {
    const ids = await tab.get().enqueue(Array.from({ length: count }, (_, place) => experiment(place + 1)));
    this.stored.push(...ids);
    await turn();
    return ids;
  }

  async edit(tab: Tab, by: string, id: string, edit: Partial<RunEdit>): Promise<void> {
    if (await tab.act(() => tab.get().edit(id, edit))) this.edits.push({ by, id, edit });
  }

  async remove(tab: Tab, ...ids: string[]): Promise<void> {
    ids.forEach((id) => this.removing.add(id));
    if (await tab.act(() => tab.get().remove(ids))) ids.forEach((id) => this.deleted.add(id));
  }

  async finish(tab: Tab, thread: Thread | undefined, id: string): Promise<void> {
    await thread?.finish();
    await turn();
    if (tab.get().runs.find((run) => run.id === id)?.status === 'finished') this.finished.add(id);
  }
}

type Story = (tabs: Tabs, told: Told) => Promise<void>;

const STORIES: Readonly<Record<string, Story>> = {
  'one tab': async ({ tab, threads }, told) => {
    const page = tab();
    await page.get().load();
    const [first = '', second = '', third = ''] = await told.enqueue(page, 3);
    await told.edit(page, 'the tab that trains', first, { name: 'First' });
    await told.edit(page, 'the tab that trains', first, { notes: 'noted while it trained' });
    await told.finish(page, threads[0], first);
    await told.edit(page, 'the tab that trains', third, { notes: 'noted while it waited' });
    await told.edit(page, 'the tab that trains', first, { notes: 'noted afterwards' });
    page.get().interrupt();
    await turn();
    await turn();
    await told.remove(page, first);
    await page.act(() => page.get().resume(second));
    await told.remove(page, second);
    await turn();
  },
  'edited in another tab': async ({ tab, threads }, told) => {
    const page = tab();
    await page.get().load();
    const [first = '', second = ''] = await told.enqueue(page, 2);
    const other = tab();
    await other.get().load();
    await turn();
    await told.edit(page, 'the tab that trains', first, { name: 'First' });
    await told.edit(other, 'another tab', first, { notes: 'noted elsewhere' });
    await told.finish(page, threads[0], first);
    await told.finish(page, threads[1], second);
  },
  'deleted in another tab': async ({ tab, threads }, told) => {
    const page = tab();
    await page.get().load();
    const [first = '', second = ''] = await told.enqueue(page, 2);
    const other = tab();
    await other.get().load();
    await turn();
    await told.remove(other, first);
    await threads[0]?.finish();
    await turn();
    await told.finish(page, threads[1], second);
  },
};

/** The app, open again on what was written. */
interface After {
  readonly database: Database;
  readonly page: Tab;
  readonly told: Told;
}

async function lostEdits({ database, told }: After, by: string): Promise<string[]> {
  const lost: string[] = [];
  const last = new Map<string, Partial<RunEdit>>();
  for (const one of told.edits) if (one.by === by) last.set(one.id, { ...last.get(one.id), ...one.edit });
  for (const [id, edit] of last) {
    if (told.removing.has(id)) continue;
    const { name, notes } = await readRun(database, id);
    if (edit.name !== undefined && edit.name !== name) lost.push(`the name of ${id} is “${name}”`);
    if (edit.notes !== undefined && edit.notes !== notes) lost.push(`the notes of ${id} are “${notes}”`);
  }
  return lost;
}

/** What must hold once the app is open again. Each names what is wrong. */
const RULES = {
  'every stored run can be read': async ({ database }: After) =>
    (await listRuns(database)).unreadable.map(({ id, why }) => `${id}: ${why.kind}`),
  'no run is in training but the one that trains': async ({ database, page }: After) =>
    (await listRuns(database)).readable
      .filter(({ id, status }) => isActive(status) && id !== page.get().activeId)
      .map(({ id, status }) => `${id} is ${status}`),
  'the queue holds the waiting runs in their order, and the first of them trains': async ({
    database,
    page,
    told,
  }: After) => {
    const { queue, activeId } = page.get();
    const waiting = (await listRuns(database)).readable.filter(({ status }) => status === 'queued').map(({ id }) => id);
    const order = [...waiting].sort((a, b) => told.stored.indexOf(a) - told.stored.indexOf(b));
    if (JSON.stringify(queue) !== JSON.stringify(order)) return [`${queue.join()} in place of ${order.join()}`];
    return queue.length > 0 && activeId === null ? ['nothing trains'] : [];
  },
  'nothing is stored of runs that are not, and no checkpoint of one that has finished': async ({
    database,
    page,
  }: After) => {
    const runs = (await listRuns(database)).readable;
    const orphan = (key: string): boolean => {
      const run = runs.find(({ id }) => key.split('/').includes(id));
      if (!run) return true;
      if (key.startsWith('edits/')) return run.id !== page.get().activeId;
      return key.includes('/slot') && run.status === 'finished';
    };
    const keys = [
      ...(await database.runs.keys()).filter((key) => key.includes('/')),
      ...(await database.checkpoints.keys()),
      ...(await database.settings.keys('edits/')),
    ];
    return keys.filter(orphan);
  },
  'a run that was said to be stored is there': async ({ database, told }: After) => {
    const ids = (await listRuns(database)).readable.map(({ id }) => id);
    return told.stored.filter((id) => !told.deleted.has(id) && !told.removing.has(id) && !ids.includes(id));
  },
  'a run that was said to have finished has its result, its weights and its users': async ({
    database,
    told,
  }: After) => {
    const lost: string[] = [];
    for (const id of told.finished) {
      if (told.removing.has(id)) continue;
      const run = await readRun(database, id);
      if (run.status !== 'finished' || run.epochs.length !== 3 || !run.result) lost.push(`${id} is ${run.status}`);
      if ((await database.checkpoints.keys(`${id}/weights`)).length < 2) lost.push(`${id} has no weights`);
    }
    return lost;
  },
  'a run that was said to be deleted is gone': async ({ database, told }: After) =>
    (await database.runs.keys()).filter((key) => told.deleted.has(key.split('/')[0] ?? '')),
  'what was written in the tab that trains is kept': (after: After) => lostEdits(after, 'the tab that trains'),
  'what was written in another tab is kept': (after: After) => lostEdits(after, 'another tab'),
} as const;

type Rule = keyof typeof RULES;

/** Plays a story until the database dies before its `last`-th write, opens the app on the rest, and checks every rule. */
async function reopenedAfter(
  story: Story,
  last: number,
): Promise<{ readonly writes: readonly string[]; readonly broken: Partial<Record<Rule, string[]>> }> {
  const database = memoryDatabase();
  const told = new Told();
  const dying = closedAt(database, last);
  await Promise.race([story(browser(dying.database), told), dying.closed.then(turn)]);
  const page = browser(database).tab();
  await page.get().load();
  await turn();
  await turn();
  const broken: Partial<Record<Rule, string[]>> = {};
  for (const [rule, check] of Object.entries(RULES) as [Rule, (typeof RULES)[Rule]][]) {
    const wrong = await check({ database, page, told });
    if (wrong.length > 0) broken[rule] = wrong;
  }
  return { writes: dying.writes(), broken };
}

for (const [name, story] of Object.entries(STORIES))
  describe(`a browser that ends before any of its writes, ${name}`, () => {
    const broken: { readonly rule: Rule; readonly what: string }[] = [];
    let writes: readonly string[] = [];

    beforeAll(async () => {
      ({ writes } = await reopenedAfter(story, Infinity));
      // Ids differ from play to play.
      const words = (said: string): string => said.replaceAll(/\b[a-z\d]{12}\b/g, '…');
      for (let last = 1; last <= writes.length + 1; last++) {
        const after = await reopenedAfter(story, last);
        for (const [rule, wrong] of Object.entries(after.broken) as [Rule, string[]][])
          broken.push({
            rule,
            what: words(`before write ${last}, ${writes[last - 1] ?? 'which is none'}: ${wrong.join('; ')}`),
          });
      }
    });

    it('writes often enough for that to mean something', () => {
      expect(writes.length).toBeGreaterThan(10);
    });

    it.each(Object.keys(RULES))('%s', (rule) => {
      expect(broken.filter((one) => one.rule === rule).map(({ what }) => what)).toEqual([]);
    });
  });
