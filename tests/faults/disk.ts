import type { CDPSession, Page } from '@playwright/test';

/** Bytes that the app may store while the disk is not full: more than a soak's runs take. */
const ROOM = 200e6;

/**
 * How much room a tab's origin has. The browser asks for it once and then trusts the answer for half a minute, less what is
 * written meanwhile. So the room is small from the beginning, and to fill the disk is to write more than that at once.
 */
export class Disk {
  readonly #session: CDPSession;
  readonly #page: Page;
  readonly #origin: string;

  private constructor(session: CDPSession, page: Page, origin: string) {
    this.#session = session;
    this.#page = page;
    this.#origin = origin;
  }

  /** For as long as the tab is open. */
  static async of(page: Page, address: string): Promise<Disk> {
    const disk = new Disk(await page.context().newCDPSession(page), page, new URL(address).origin);
    await disk.free();
    return disk;
  }

  async #leave(quotaSize: number): Promise<void> {
    await this.#session.send('Storage.overrideQuotaForOrigin', { origin: this.#origin, quotaSize });
  }

  free(): Promise<void> {
    return this.#leave(ROOM);
  }

  /** From now on every write is refused. Throws where none is. */
  async fill(): Promise<void> {
    await this.#leave(1);
    const refused = await this.#page.evaluate(
      (bytes) =>
        new Promise<boolean>((resolve) => {
          const opening = indexedDB.open('filler');
          opening.onupgradeneeded = () => opening.result.createObjectStore('values');
          opening.onerror = () => resolve(true);
          opening.onsuccess = () => {
            const transaction = opening.result.transaction('values', 'readwrite');
            // Larger values would lie in files of their own, which are not counted before they are written.
            const value = new Uint8Array(50_000);
            for (let place = 0; place * value.length < bytes; place++)
              transaction.objectStore('values').put(value, place);
            const end = (is: boolean) => () => {
              opening.result.close();
              resolve(is);
            };
            transaction.oncomplete = end(false);
            transaction.onabort = end(true);
          };
        }),
      ROOM + 10e6,
    );
    if (!refused) throw new Error('The disk did not fill up.');
  }
}
