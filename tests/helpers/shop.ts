import { expect, type Page } from '@playwright/test';
import { interactionsText, npy } from './dataBuilders';

/** Imports a small shop with image features, and opens its Reasoning page. */
export async function importShop(page: Page, users: number, items: number): Promise<void> {
  await page.goto('./#/data');
  await expect(page.getByText('The demo dataset is ready')).toBeVisible({ timeout: 60_000 });
  await page.getByLabel('Dataset files').setInputFiles([
    { name: 'shop.inter', mimeType: 'text/plain', buffer: Buffer.from(interactionsText({ users, items, each: 8 })) },
    {
      name: 'image_feat.npy',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(npy(items, 6, (row, column) => Math.sin(row * (column + 1)))),
    },
  ]);
  await page.getByRole('textbox', { name: 'Name' }).fill('Shop');
  await page.getByRole('button', { name: /store/ }).click();
  await page.getByRole('link', { name: 'View the dataset' }).click();
  await page.getByRole('link', { name: 'Reasoning' }).click();
  await expect(page.getByRole('heading', { name: 'Reasoning: Shop' })).toBeVisible();
}
