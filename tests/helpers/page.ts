import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RunDocument } from '../../src/domain/run';

/** The real data beside the checkout; tests that need it are skipped without it. */
export const TIKTOK = fileURLToPath(new URL('../../../shared/data/tiktok', import.meta.url));
export const hasTikTok = existsSync(TIKTOK);

/** Drops a folder of this machine on the page, as a person's file manager does. */
export async function dropFolder(page: Page, path: string): Promise<void> {
  const target = page.getByText('Drop a dataset here');
  const box = await target.boundingBox();
  if (!box) throw new Error('There is no drop area.');
  const client = await page.context().newCDPSession(page);
  const place = {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    data: { items: [], files: [path], dragOperationsMask: 1 },
  };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await client.send('Input.dispatchDragEvent', { type, ...place });
}

/** Makes new runs use WebGPU, on the software adapter of this machine. */
export async function chooseWebGpu(page: Page): Promise<void> {
  await page.goto('./#/device');
  await page.getByLabel('Allow a software WebGPU adapter').check();
  await page.getByRole('radio', { name: /WebGPU/ }).check();
  await expect(page.getByText('WebGPU', { exact: true }).first()).toBeVisible();
}

/** Reads one value of the app's database. */
export function stored(page: Page, table: string, key: string): Promise<unknown> {
  return page.evaluate(
    ([name, wanted]) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('lodestone');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const request = opening.result.transaction(name!).objectStore(name!).get(wanted!);
          request.onsuccess = () => {
            resolve(request.result);
            opening.result.close();
          };
        };
      }),
    [table, key] as const,
  );
}

/** A run's document; its summary lies beside it. */
export async function storedRun(page: Page, id: string): Promise<RunDocument | null> {
  return ((await stored(page, 'runs', `${id}/document`)) as RunDocument | undefined) ?? null;
}

/** Fills the form and starts, or queues behind a run that trains; returns the run's id. */
export async function startRun(page: Page, model: string, options: Readonly<Record<string, string>>): Promise<string> {
  await page.goto('./#/experiment');
  await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: model });
  for (const [label, value] of Object.entries(options)) {
    const name = new RegExp(`^${label}`);
    // A field with suggestions is a combobox.
    await page.getByRole('textbox', { name }).or(page.getByRole('combobox', { name })).fill(value);
  }
  await page.getByRole('button', { name: /^(Start|Queue) the run$/ }).click();
  await page.waitForURL(/#\/runs\/.+/);
  return page.url().replace(/^.*#\/runs\//, '');
}

/** Waits until the stored document says that the run ended. */
export async function ended(page: Page, id: string, timeout = 300_000): Promise<RunDocument> {
  await expect
    .poll(async () => (await storedRun(page, id))?.status, { timeout, intervals: [200] })
    .toMatch(/finished|failed|stopped/);
  const run = await storedRun(page, id);
  if (!run) throw new Error('The run is gone.');
  expect(run.fault).toBeNull();
  return run;
}

/** Waits until every stored run has ended; returns how many there are. */
export async function allEnded(page: Page, timeout = 120_000): Promise<number> {
  const statuses = () =>
    page.evaluate(
      () =>
        new Promise<string[]>((resolve, reject) => {
          const opening = indexedDB.open('lodestone');
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const request = opening.result.transaction('runs').objectStore('runs').getAll();
            request.onsuccess = () => {
              resolve(request.result.flatMap((one) => ('epochs' in one ? [one.status] : [])));
              opening.result.close();
            };
          };
        }),
    );
  const waiting = async () => (await statuses()).filter((status) => !/finished|failed|stopped/.test(status));
  await expect.poll(waiting, { timeout, intervals: [200] }).toEqual([]);
  return (await statuses()).length;
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** All rules of these whose answer depends on colours, which are all that a theme changes. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * What axe finds against WCAG 2.2 AA, with the elements. `colours`: by the rules on colours alone, for a page that was
 * looked at in the other theme. In axe's mode for one document, since the app has no frames: the page is not left for
 * another one, and does not answer with each element that is as it should be.
 */
export async function violations(page: Page, colours = false): Promise<string[]> {
  const there = await page.evaluate(() => 'axe' in window);
  const { violations: found } = await new AxeBuilder({ page, ...(there && { axeSource: 'void 0' }) })
    .options({
      runOnly: colours ? { type: 'rule', values: OF_COLOURS } : { type: 'tag', values: WCAG },
      resultTypes: ['violations'],
    })
    .setLegacyMode()
    .analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** Pixels by which the page is wider than the window. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/**
 * What axe finds, with the window as tall as the page: what happens to lie half under the bar at the window's edge is no
 * small target, it can be scrolled. A page that has grown meanwhile, as one of a run in progress may, is looked at again.
 */
async function violationsOfWhole(page: Page, width: number, colours: boolean): Promise<string[]> {
  const tall = () => page.evaluate(() => document.documentElement.scrollHeight);
  for (let height = await tall(); ;) {
    await page.setViewportSize({ width, height });
    const found = await violations(page, colours);
    const after = await tall();
    if (after <= height) return found;
    height = after;
  }
}

/** Accessible and inside its window, wide and narrow, light and dark. */
export async function expectFit(page: Page, name: string): Promise<void> {
  for (const size of [
    { width: 390, height: 844 },
    { width: 1440, height: 900 },
  ]) {
    await page.setViewportSize(size);
    expect.soft(await sideways(page), `${name}: overflow at ${size.width}`).toBe(0);
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
      const found = await violationsOfWhole(page, size.width, colorScheme === 'light');
      expect.soft(found, `${name}, ${size.width} ${colorScheme}`).toEqual([]);
    }
  }
}

interface TraceEvent {
  readonly name: string;
  readonly tid: number;
  readonly args: { readonly name?: string };
  /** Processor time in microseconds. */
  readonly tdur?: number;
}

/**
 * Processor time of each task of the page's own thread while `act` runs, longest first, in milliseconds. Unlike the time on
 * the clock it does not grow when the machine is busy with something else.
 */
export async function pageTasks(page: Page, act: () => Promise<void>): Promise<number[]> {
  const client = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await client.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata'] },
  });
  await act();
  const complete = new Promise((resolve) => client.once('Tracing.tracingComplete', resolve));
  await client.send('Tracing.end');
  await complete;
  const threads = events
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(({ tid }) => tid);
  return events
    .flatMap(({ name, tid, tdur }) =>
      name.endsWith('RunTask') && tdur !== undefined && threads.includes(tid) ? [tdur / 1000] : [],
    )
    .sort((a, b) => b - a);
}
