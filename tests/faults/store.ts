import type { Page } from '@playwright/test';
import type { RunDocument } from '../../src/domain/run';
import type { Heard } from './watch';

/** A run as the database holds it, and as its page hears it. */
export interface Seen {
  readonly run: RunDocument | null;
  /** Steps done at the newest checkpoint; null where there is none. */
  readonly checkpoint: number | null;
  readonly heard: Heard;
}

/** Looks at a run. Everything is read in one transaction. */
export const look = (page: Page, id: string): Promise<Seen> =>
  page.evaluate(
    (run) =>
      new Promise<Seen>((resolve, reject) => {
        const opening = indexedDB.open('lodestone');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(['runs', 'checkpoints']);
          const read = (table: string, key: string) => transaction.objectStore(table).get(key);
          const document = read('runs', `${run}/document`);
          const slots = [0, 1].map((slot) => read('checkpoints', `${run}/slot${slot}`));
          transaction.oncomplete = () => {
            const steps = slots.flatMap(({ result }) => (result ? [Number(result.step)] : []));
            opening.result.close();
            resolve({
              run: document.result ?? null,
              checkpoint: steps.length > 0 ? Math.max(...steps) : null,
              heard: (globalThis as unknown as { lodestoneHeard: Heard }).lodestoneHeard,
            });
          };
          transaction.onabort = () => reject(transaction.error);
        };
      }),
    id,
  );

/** Every key under which something of a run is stored, with its table. */
export const keysOf = (page: Page, id: string): Promise<string[]> =>
  page.evaluate(
    (run) =>
      new Promise<string[]>((resolve, reject) => {
        const opening = indexedDB.open('lodestone');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const tables = [...opening.result.objectStoreNames];
          const transaction = opening.result.transaction(tables);
          const requests = tables.map((table) => transaction.objectStore(table).getAllKeys());
          const order = transaction.objectStore('settings').get('queue');
          transaction.oncomplete = () => {
            opening.result.close();
            const found = tables.flatMap((table, place) =>
              (requests[place]?.result ?? [])
                .filter((key) => String(key).split('/').includes(run))
                .map((key) => `${table} ${String(key)}`),
            );
            resolve([...found, ...((order.result ?? []) as string[]).flatMap((one) => (one === run ? 'queue' : []))]);
          };
          transaction.onabort = () => reject(transaction.error);
        };
      }),
    id,
  );

/** SHA-256 over all that is stored under a prefix, keys and bytes, in the order of the keys; the id is left out of them. */
export const hashOf = (page: Page, table: string, id: string, prefix: string): Promise<string> =>
  page.evaluate(
    async ([name, run, under]) => {
      const entries = await new Promise<[string, unknown][]>((resolve, reject) => {
        const opening = indexedDB.open('lodestone');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(name!);
          const range = IDBKeyRange.bound(`${run}/${under}`, `${run}/${under}\uffff`);
          const keys = transaction.objectStore(name!).getAllKeys(range);
          const values = transaction.objectStore(name!).getAll(range);
          transaction.oncomplete = () => {
            opening.result.close();
            resolve(keys.result.map((key, place) => [String(key).slice(run!.length), values.result[place]]));
          };
          transaction.onabort = () => reject(transaction.error);
        };
      });
      const parts: Uint8Array[] = [];
      const text = (words: string): void => void parts.push(new TextEncoder().encode(words));
      const add = (value: unknown): void => {
        if (ArrayBuffer.isView(value)) {
          text(`${value.constructor.name}:${value.byteLength};`);
          parts.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice());
        } else if (typeof value === 'object' && value !== null) {
          for (const key of Object.keys(value).sort()) {
            text(`${key}{`);
            add((value as Record<string, unknown>)[key]);
            text('}');
          }
          // Keys of parts name the run.
        } else text(String(value).replaceAll(run!, ''));
      };
      for (const [key, value] of entries) {
        text(`${key}=`);
        add(value);
      }
      const bytes = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return entries.length === 0 ? 'nothing' : [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    },
    [table, id, prefix] as const,
  );

/** The datasets that are stored. */
export const datasetsOf = (page: Page): Promise<unknown[]> =>
  page.evaluate(
    () =>
      new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open('lodestone');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction('datasets').objectStore('datasets').getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result);
          };
          all.onerror = () => reject(all.error);
        };
      }),
  );
