import type { Locator, Page } from '@playwright/test';

/** Opens the page of a link, fills the form from it and starts the run; its id. */
export async function startRun(page: Page, address: string): Promise<string> {
  await page.goto(address);
  await page.getByRole('button', { name: 'Run it here' }).click();
  // While another run trains, this one is queued.
  await page.getByRole('button', { name: /^(Start|Queue) the run$/ }).click();
  await page.waitForURL(/#\/runs\/.+/);
  return page.url().replace(/^.*#\/runs\//, '');
}

/** The row of a run; names are not unique. */
async function rowOf(page: Page, list: string, id: string): Promise<Locator> {
  await page.goto(list);
  const row = page.getByRole('row').filter({ has: page.locator(`a[href$="/runs/${id}"]`) });
  await row.waitFor();
  return row;
}

/** Gives a run another name, and notes. */
export async function editRun(
  page: Page,
  list: string,
  id: string,
  { name, notes }: { readonly name: string; readonly notes: string },
): Promise<void> {
  await (await rowOf(page, list, id)).getByRole('button', { name: /^Rename / }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('button', { name: /notes and tags$/ }).click();
  await page.getByRole('textbox', { name: 'Notes' }).fill(notes);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  // The page shows them once they are stored.
  await page.locator('main').getByText(notes, { exact: true }).waitFor();
}

/** Deletes a run for good. */
export async function deleteRun(page: Page, list: string, id: string): Promise<void> {
  await (await rowOf(page, list, id)).getByRole('button', { name: /^Delete / }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
  // Until then it can be taken back.
  await page.getByText('1 run deleted.').waitFor({ state: 'hidden' });
}

/** Presses the button with which a run that has ended early, or is paused, goes on; whether there is one. */
export async function pressResume(page: Page): Promise<boolean> {
  const button = page.locator('main').getByRole('button', { name: /^(Resume|Start again)$/ });
  if ((await button.count()) !== 1 || !(await button.isEnabled())) return false;
  return button.click({ timeout: 3000 }).then(
    () => true,
    () => false,
  );
}

/** What the page says of a run, in its first words. */
export const words = (page: Page): Promise<string> =>
  page
    .locator('main')
    .innerText({ timeout: 3000 })
    .then((text) => text.replaceAll(/\s*\n\s*/g, ' · ').slice(0, 200))
    .catch(() => 'nothing: the page does not answer');
