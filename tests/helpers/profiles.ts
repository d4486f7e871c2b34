import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { memoryDatabase, type Database, type TableName } from '../../src/storage/database';

interface RawEntry {
  readonly table: TableName;
  readonly key: string;
  readonly value: unknown;
}

/** The versions whose databases are kept in `tests/fixtures/profiles`, oldest first. */
export const PROFILES = ['0.1.0', '0.2.0'] as const;

const textOf = (version: string): string =>
  readFileSync(new URL(`../fixtures/profiles/${version}.json`, import.meta.url), 'utf8');

/** The entries of a file that “Export as it is” would write. It runs in the page too, so it uses nothing from outside. */
export function revived(text: string): RawEntry[] {
  const { entries } = JSON.parse(text, (_key, value: unknown) => {
    const told = value as Readonly<Record<string, unknown>> | null;
    if (typeof told !== 'object' || told === null || !('$' in told)) return value;
    if (told['$'] === 'Map') return new Map(told['entries'] as [unknown, unknown][]);
    if (told['$'] === 'Number') return Number(told['is']);
    const bytes = Uint8Array.from(atob(told['base64'] as string), (sign) => sign.charCodeAt(0));
    const arrays = { Uint8Array, Uint32Array, Int32Array, Float32Array, Float64Array, BigUint64Array };
    return new arrays[told['$'] as keyof typeof arrays](bytes.buffer);
  }) as { entries: RawEntry[] };
  return entries;
}

/** The database that a version has written, in memory. */
export async function profile(version: string): Promise<Database> {
  const database = memoryDatabase();
  for (const { table, key, value } of revived(textOf(version))) await database[table].set(key, value);
  return database;
}

/** An address of the app's host without the app, so that nothing has the database open. */
const NO_APP = './manifest.webmanifest';

/** Makes the database that a version has written the one of this browser. */
export async function openProfile(page: Page, version: string): Promise<void> {
  await deleteDatabase(page);
  await page.evaluate(
    ([text, source]) =>
      new Promise<void>((resolve, reject) => {
        const entries = (new Function(`return ${source}`)() as typeof revived)(text!);
        const opening = indexedDB.open('lodestone', 1);
        opening.onupgradeneeded = () => {
          for (const name of ['datasets', 'features', 'runs', 'checkpoints', 'texts', 'settings'])
            opening.result.createObjectStore(name);
        };
        opening.onsuccess = () => {
          const transaction = opening.result.transaction([...opening.result.objectStoreNames], 'readwrite');
          for (const { table, key, value } of entries) transaction.objectStore(table).put(value, key);
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error);
        };
      }),
    [textOf(version), String(revived)] as const,
  );
}

/** Deletes the app's database, as a browser does that needs the space: the page is closed, `localStorage` stays. */
export async function deleteDatabase(page: Page): Promise<void> {
  await page.goto(NO_APP);
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const deleting = indexedDB.deleteDatabase('lodestone');
        deleting.onsuccess = () => resolve();
        deleting.onerror = () => reject(deleting.error);
        deleting.onblocked = () => reject(new Error('The database is still open.'));
      }),
  );
}

/** Gives the database a higher version, as a newer page does. */
export async function upgradeDatabase(page: Page): Promise<void> {
  await page.goto(NO_APP);
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('lodestone', 2);
        opening.onupgradeneeded = () => opening.result.createObjectStore('later').put('a thing', 'key');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          opening.result.close();
          resolve();
        };
      }),
  );
}
