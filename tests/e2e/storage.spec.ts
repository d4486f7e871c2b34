import { expect, test, type Download, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { TABLE_NAMES } from '../../src/storage/database';
import { ended, expectFit, startRun, stored, storedRun } from '../helpers/page';

test.use({ serviceWorkers: 'allow' });

/** Makes entries of the app's database out of those that are there, in the page: typed arrays stay what they are. */
function put(page: Page, run: string, dataset: string): Promise<void> {
  return page.evaluate(
    ([runId, datasetId]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('lodestone');
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(['runs', 'datasets', 'features'], 'readwrite');
          const [runs, datasets, features] = ['runs', 'datasets', 'features'].map((name) =>
            transaction.objectStore(name),
          );
          const reading = runs!.get(`${runId}/document`);
          reading.onsuccess = () => {
            const run = reading.result as { experiment: object; epochs: unknown };
            const { epochs: _cut, ...cut } = run;
            runs!.put(
              { ...run, id: 'of-xyz', name: 'Of xyz', experiment: { ...run.experiment, model: 'xyz' } },
              'of-xyz',
            );
            runs!.put({ ...run, id: 'newer', name: 'Newer', version: 2 }, 'newer');
            runs!.put({ layout: 9 }, 'layout');
            runs!.put({ ...cut, id: 'cut', name: 'Cut' }, 'cut');
            runs!.put(Float32Array.of(1, 2, 3), 'cut/details');
            runs!.put('garbage', 'garbage');
            // In the layout before summaries.
            runs!.put({ ...run, id: 'whole', name: 'Whole' }, 'whole');
          };
          const document = datasets!.get(datasetId!);
          document.onsuccess = () => {
            datasets!.put({ ...document.result, id: 'later', name: 'Later', version: 2 }, 'later');
            datasets!.put({ version: 1, id: 'bare', name: 'Bare' }, 'bare');
            features!.put({ columns: Float32Array.of(0.5) }, 'later/interactions');
          };
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error);
        };
      }),
    [run, dataset] as const,
  );
}

/** Replaces one value. */
function replace(page: Page, table: string, key: string, value: unknown): Promise<void> {
  return page.evaluate(
    ([name, at, next]) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open('lodestone');
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(name as string, 'readwrite');
          transaction.objectStore(name as string).put(next, at as string);
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    [table, key, value] as const,
  );
}

/** Every key with its value as JSON, of keys that match. */
function everything(page: Page, pattern: string): Promise<Record<string, string>> {
  return page.evaluate(
    ({ tables, match }) =>
      new Promise<Record<string, string>>((resolve) => {
        const opening = indexedDB.open('lodestone');
        opening.onsuccess = () => {
          const found: Record<string, string> = {};
          const transaction = opening.result.transaction(tables);
          for (const name of tables) {
            const store = transaction.objectStore(name);
            store.openCursor().onsuccess = (event) => {
              const cursor = (event.target as IDBRequest<IDBCursorWithValue | null>).result;
              if (!cursor) return;
              if (new RegExp(match).test(String(cursor.key)))
                found[`${name} ${String(cursor.key)}`] = JSON.stringify(cursor.value);
              cursor.continue();
            };
          }
          transaction.oncomplete = () => {
            opening.result.close();
            resolve(found);
          };
        };
      }),
    { tables: [...TABLE_NAMES], match: pattern },
  );
}

const SENTENCES = {
  'of-xyz': 'This run is of the model “xyz”, which this version does not have.',
  newer: 'This run was written by a newer version of Lodestone.',
  cut: 'This run’s document is damaged: “epochs” is missing.',
  garbage: 'This run’s document is damaged: what is stored is no document.',
  layout: 'This run was written by a newer version of Lodestone.',
} as const;

const textOf = async (download: Download): Promise<string> => readFileSync(await download.path(), 'utf8');

/** The address opens its page, and not the page that says that something broke. */
async function expectOpen(page: Page, address: string): Promise<void> {
  await page.goto(`./#/${address}`);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'This page failed' })).toHaveCount(0);
}

test('what cannot be read is a row that says so; every page opens, and nothing is lost', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto('./#/experiment');
  await expect(page.getByText(/interactions · image/)).toBeVisible({ timeout: 60_000 });
  const id = await startRun(page, 'BPR-MF', { 'Epochs, at most': '2' });
  const run = await ended(page, id);
  await put(page, id, run.experiment.dataset.id);
  await replace(page, 'runs', `${id}/strange`, 'beside a run');
  const theirs = '^(of-xyz|newer|cut|garbage|layout|later|bare)(/|$)';
  const before = await everything(page, theirs);
  expect(Object.keys(before)).toHaveLength(9);

  await test.step('the list of runs', async () => {
    await page.goto('./#/runs');
    await page.reload();
    const rows = page.getByRole('list', { name: 'Runs that cannot be read' });
    for (const [name, sentence] of Object.entries(SENTENCES)) {
      const row = rows.getByRole('listitem').filter({ hasText: sentence });
      const named = page.locator('strong', { hasText: new RegExp(`^${name.replace('-', '.')}$`, 'i') });
      await expect(row.filter({ has: named })).toHaveCount(1);
    }
    // The others are there, also one of the layout before summaries.
    await expect(page.getByRole('link', { name: 'Whole' })).toBeVisible();
    await expect(page.getByRole('link', { name: run.name, exact: true })).toBeVisible();
    await expect.poll(() => storedRun(page, 'whole')).toEqual({ ...run, id: 'whole', name: 'Whole' });
    await expectFit(page, 'runs that cannot be read');
  });

  await test.step('every address', async () => {
    for (const [one, sentence] of Object.entries(SENTENCES)) {
      await expectOpen(page, `runs/${one}`);
      await expect(page.getByText(sentence)).toBeVisible();
      await expect(page.getByRole('button', { name: /^Export .* as it is$/ })).toBeVisible();
    }
    await expectFit(page, 'a run that cannot be read');
    const ids = [id, ...Object.keys(SENTENCES)].join(',');
    for (const address of [
      `compare?runs=${ids}`,
      `compare?runs=newer`,
      'sweeps',
      'sweeps/none',
      'groups/none',
      'experiment',
      'device',
      'shared',
      `data/${run.experiment.dataset.id}`,
      `data/${run.experiment.dataset.id}/reasoning`,
      `runs/${id}`,
      'runs/whole',
    ])
      await expectOpen(page, address);
    for (const address of ['data/later', 'data/later/reasoning']) {
      await expectOpen(page, address);
      await expect(page.getByText('This dataset was written by a newer version of Lodestone.')).toBeVisible();
    }
    await expectOpen(page, 'data/bare');
    await expect(page.getByText('This dataset’s document is damaged: “fingerprint” is missing.')).toBeVisible();
    await expectOpen(page, 'data');
    await expect(page.getByRole('list', { name: 'Datasets that cannot be read' }).getByRole('listitem')).toHaveCount(2);
    await expectFit(page, 'datasets that cannot be read');
    expect(await everything(page, theirs)).toEqual(before);
  });

  await test.step('a run whose document alone is damaged', async () => {
    await replace(page, 'runs', 'whole/document', { version: 1 });
    await expectOpen(page, 'runs/whole');
    await expect(page.getByText(/^This run’s document is damaged: “.*” is missing\.$/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Export Whole as it is' })).toBeVisible();
    await expectOpen(page, `compare?runs=whole,${id}`);
    await expect(page.getByText(/^Whole: This run’s document is damaged/)).toBeVisible();
    expect(await stored(page, 'runs', 'whole/document')).toEqual({ version: 1 });
  });

  await test.step('sharing the others, and a backup', async () => {
    await page.goto(`./#/runs/${id}`);
    // The page before has such a button too, until this one is there.
    await expect(page.getByRole('heading', { level: 1, name: run.name })).toBeVisible();
    await page.getByRole('button', { name: 'Share' }).click();
    await expect(page.getByRole('textbox', { name: 'Link' })).not.toHaveValue('');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.goto('./#/device');
    await page.getByRole('button', { name: 'Back up…' }).click();
    await expect(page.getByText(/What this version cannot read is saved, and restored, as it is stored/)).toBeVisible();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the archive' }).click();
    const names = (await textOf(await saving)).match(/unreadable\/(runs|datasets)\/[\w-]+\.json/g) ?? [];
    expect([...new Set(names)].sort()).toEqual([
      'unreadable/datasets/bare.json',
      'unreadable/datasets/later.json',
      ...['cut', 'garbage', 'layout', 'newer', 'of-xyz', 'whole'].map((name) => `unreadable/runs/${name}.json`),
    ]);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('export', async () => {
    await page.goto('./#/runs');
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export Cut as it is' }).click();
    const { format, entries } = JSON.parse(await textOf(await saving)) as {
      format: string;
      entries: { table: string; key: string; value: unknown }[];
    };
    expect([format, entries.map(({ table, key }) => `${table} ${key}`)]).toEqual([
      'lodestone/raw',
      ['runs cut', 'runs cut/details'],
    ]);
    expect(JSON.stringify(entries[0]!.value)).toBe(before['runs cut']);
    expect(entries[1]!.value).toEqual({
      $: 'Float32Array',
      base64: Buffer.from(Float32Array.of(1, 2, 3).buffer).toString('base64'),
    });
  });

  await test.step('deletion', async () => {
    await page.getByRole('button', { name: 'Delete Cut' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await everything(page, '^cut')).not.toEqual({});
    await page.getByRole('button', { name: 'Delete Cut' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText(SENTENCES.cut)).toHaveCount(0);
    expect(await everything(page, '^cut')).toEqual({});
    await page.goto('./#/data/later');
    await page.getByRole('button', { name: 'Delete Later' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByRole('list', { name: 'Datasets that cannot be read' })).toContainText('Bare');
    expect(await everything(page, '^later')).toEqual({});
    await page.goto('./#/runs/newer');
    await page.getByRole('button', { name: 'Delete Newer' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('Of xyz')).toBeVisible();
    expect(await everything(page, '^newer')).toEqual({});
  });
  expect(errors).toEqual([]);
});

test('site data that is cleared in the middle of a run: the page says so, and the run is kept', async ({
  page,
  context,
  baseURL,
}) => {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  // Under the service worker, whose end once looked like a new version.
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  const id = await startRun(page, 'LightGCN', { 'Epochs, at most': '5000', Patience: '5000' });
  await expect(page.getByRole('region', { name: 'Run in progress' })).toContainText('running');
  const client = await context.newCDPSession(page);
  await client.send('Storage.clearDataForOrigin', { origin: new URL(baseURL!).origin, storageTypes: 'all' });

  const notice = page.getByText('The browser deleted this site’s data.');
  await expect(notice).toBeVisible();
  await expect(page.getByText(/Another tab switched/)).toBeHidden();
  await expect(page.getByText(/goes on and is stored when it ends/)).toBeVisible();
  const reload = page.getByRole('button', { name: 'Reload', exact: true });
  await expect(reload).toBeDisabled();
  await expectFit(page, 'cleared data');

  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Stop and keep the best' }).click();
  const run = await ended(page, id);
  expect(run.result).not.toBeNull();
  await expect(reload).toBeEnabled();
  await reload.click();
  await expect(notice).toBeHidden();
  await page.goto('./#/runs');
  await expect(page.getByRole('link', { name: run.name })).toBeVisible();
  expect(await storedRun(page, id)).toEqual(run);
});
