import { expect, test, type Page } from '@playwright/test';
import { deleteDatabase } from '../helpers/profiles';
import { ended, expectFit, startRun, storedRun } from '../helpers/page';

/** Lets the page pick a folder of the browser's own file system in place of one on the disk. */
async function stubPicker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.showDirectoryPicker = async () => {
      const root = await navigator.storage.getDirectory();
      return root.getDirectoryHandle('Backups', { create: true });
    };
  });
}

/** Paths in that folder. */
const folderFiles = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const list = async (folder: FileSystemDirectoryHandle, path: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const entry of folder.values())
        if (entry.kind === 'file') found.push(path + entry.name);
        else found.push(...(await list(entry, `${path}${entry.name}/`)));
      return found;
    };
    const root = await navigator.storage.getDirectory();
    return (await list(await root.getDirectoryHandle('Backups'), '')).sort();
  });

async function open(page: Page): Promise<void> {
  await page.goto('./');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
}

test('a folder takes what has changed, and gives it back once the browser has cleared the storage', async ({
  page,
}) => {
  await stubPicker(page);
  await open(page);
  const run = await ended(page, await startRun(page, 'BPR-MF', { 'Epochs, at most': '2' }));

  await test.step('the first backup, one click from the list of runs', async () => {
    await page.goto('./#/runs');
    await page.getByRole('button', { name: 'Back up…' }).click();
    await page.getByRole('radio', { name: 'A folder' }).check();
    await expect(page.getByRole('button', { name: 'Back up to the folder' })).toBeDisabled();
    await page.getByRole('button', { name: 'Choose a folder…' }).click();
    await expect(page.getByText('Backups go to the folder Backups.')).toBeVisible();
    await page.getByRole('button', { name: 'Back up to the folder' }).click();
    await expect(page.getByText('Saved and read back: 1 run and 1 dataset.')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText(/^2 files were new or had changed/)).toBeVisible();
    await expectFit(page, 'a backup in a folder');
    await page.getByRole('button', { name: 'Back up to the folder' }).click();
    await expect(page.getByText(/^Nothing had changed/)).toBeVisible({ timeout: 60_000 });
    await page.keyboard.press('Escape');
  });
  const files = await folderFiles(page);
  expect(files.map((path) => path.replace(/\/.*/, '/'))).toEqual(['datasets/', 'lodestone-backup.json', 'runs/']);

  await test.step('the next visit knows the folder; a deleted run stays in it until it is removed', async () => {
    const second = await ended(page, await startRun(page, 'BPR-MF', { 'Epochs, at most': '1' }));
    await page.reload();
    await page.goto('./#/data');
    await page.getByRole('button', { name: 'Back up…' }).click();
    await expect(page.getByText('Backups go to the folder Backups.')).toBeVisible();
    await page.getByRole('button', { name: 'Back up to the folder' }).click();
    await expect(page.getByText(/^1 file was new or had changed/)).toBeVisible({ timeout: 60_000 });
    await page.keyboard.press('Escape');
    await page.goto('./#/runs');
    await page
      .getByRole('button', { name: `Delete ${second.name}` })
      .first()
      .click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Back up…' }).click();
    await page.getByRole('button', { name: 'Back up to the folder' }).click();
    await expect(page.getByText('The folder still holds 1 that is not here any more.')).toBeVisible({
      timeout: 60_000,
    });
    expect(await folderFiles(page)).toHaveLength(4);
    await page.getByRole('button', { name: 'Remove from the folder…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText(/^Nothing had changed/)).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText(/The folder still holds/)).toHaveCount(0);
    expect(await folderFiles(page)).toEqual(files);
    await page.keyboard.press('Escape');
    // The person deleted one: nothing was cleared.
    await page.reload();
    await expect(page.getByRole('link', { name: run.name, exact: true })).toBeVisible();
    await expect(page.getByText(/The browser has cleared/)).toHaveCount(0);
  });

  await test.step('the browser clears its storage', async () => {
    await deleteDatabase(page);
    await page.goto('./#/data');
    await expect(
      page.getByText(/^The browser has cleared this site’s storage since .*: 1 run is gone\.$/),
    ).toBeVisible();
    await expect(page.getByText(/^Lodestone did not delete them.*The last backup is of/)).toBeVisible();
    await expectFit(page, 'cleared storage');
    // It is told until the person has taken note of it.
    await page.reload();
    await expect(page.getByText(/^The browser has cleared this site’s storage/)).toBeVisible();
    await page.getByRole('button', { name: 'Restore a backup…' }).click();
    await page.getByRole('button', { name: 'Choose a folder…' }).click();
    await expect(page.getByText('1 run imported.')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText(/^The browser has cleared/)).toHaveCount(0);
    const back = await storedRun(page, run.id);
    expect({ ...back, experiment: { ...back!.experiment, dataset: run.experiment.dataset } }).toEqual(run);
    await page.reload();
    await expect(page.getByRole('link', { name: run.name, exact: true })).toBeVisible();
    await expect(page.getByText(/^The browser has cleared/)).toHaveCount(0);
  });
});

test('what goes wrong with the folder is one sentence, and the last backup stays', async ({ page }) => {
  await stubPicker(page);
  await open(page);
  await page.getByRole('button', { name: 'Back up…' }).click();
  await page.getByRole('radio', { name: 'A folder' }).check();
  await page.getByRole('button', { name: 'Choose a folder…' }).click();
  await page.getByRole('button', { name: 'Back up to the folder' }).click();
  await expect(page.getByText('Saved and read back: 0 runs and 1 dataset.')).toBeVisible({ timeout: 60_000 });
  const files = await folderFiles(page);

  await page.evaluate(() => {
    FileSystemDirectoryHandle.prototype.requestPermission = async () => 'denied';
  });
  await page.getByRole('button', { name: 'Back up to the folder' }).click();
  await expect(
    page.getByText('You or the browser did not allow this page to write to the folder “Backups”.'),
  ).toBeVisible();
  await expect(page.getByText(/it asks again whether this page may write there/)).toBeVisible();
  await expectFit(page, 'a folder that may not be written to');
  expect(await folderFiles(page)).toEqual(files);

  await page.evaluate(async () => {
    FileSystemDirectoryHandle.prototype.requestPermission = async () => 'granted';
    const root = await navigator.storage.getDirectory();
    await root.removeEntry('Backups', { recursive: true });
  });
  await page.getByRole('button', { name: 'Back up to the folder' }).click();
  await expect(page.getByText(/^The folder “Backups” is not there any more/)).toBeVisible();
});

test('the browser’s answer is told in words, with what to do', async ({ page }) => {
  await page.addInitScript(() => {
    let says = false;
    navigator.storage.persisted = async () => says;
    navigator.storage.persist = async () => says;
    Object.assign(window, { sayYes: () => (says = true) });
  });
  await open(page);
  await page.goto('./#/device');
  const panel = page.getByRole('region', { name: 'Keeping what is stored' });
  await expect(panel.getByText(/clears the storage of sites without asking/)).toBeVisible();
  // It was asked when the demo dataset was stored.
  await expect(panel.getByText('The browser was asked to keep it, and said no.')).toBeVisible();
  await expect(panel.getByText(/Install the app/)).toBeVisible();
  await expect(panel.getByText('This browser has made no backup yet.')).toBeVisible();
  await expectFit(page, 'the answer of the browser');
  await page.evaluate(() => (window as unknown as { sayYes: () => void }).sayYes());
  await panel.getByRole('button', { name: 'Ask again' }).click();
  await expect(panel.getByText('The browser keeps it.')).toBeVisible();
});

test('an hour of work asks for a backup, quietly, and one click makes it', async ({ page }) => {
  await open(page);
  const run = await ended(page, await startRun(page, 'BPR-MF', { 'Epochs, at most': '1' }));
  await page.evaluate(
    ([id, seconds]) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open('lodestone');
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('runs', 'readwrite');
          const runs = transaction.objectStore('runs');
          const summary = runs.get(id as string);
          summary.onsuccess = () => {
            const { layout, summary: value } = summary.result as { layout: number; summary: object };
            runs.put({ layout, summary: { ...value, seconds } }, id as string);
          };
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    [run.id, 2 * 3600 + 60] as const,
  );
  await page.reload();
  await expect(page.getByText('2 h 01 min of work is in no backup.')).toBeVisible();
  await expectFit(page, 'a reminder');
  const [archive] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Back up now' }).click(),
  ]);
  expect(archive.suggestedFilename()).toMatch(/^lodestone-\d{4}-\d\d-\d\d\.lodestone\.zip$/);
  await expect(page.getByText('Saved and read back: 1 run and 1 dataset.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText(/of work is in no backup/)).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByText(/of work is in no backup/)).toHaveCount(0);
});
