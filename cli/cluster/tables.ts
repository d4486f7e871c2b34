import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src/domain/errors';
import type { Entries, Table } from '../../src/storage/database';
import { codeOf, namesIn } from './files';
import { Pack, writePack } from './pack';

/** Tables of the page’s database that lie on a disk. */

/** A part of a pack as a table that nobody writes. */
export function packTable(pack: Pack, name: string): Table {
  const prefix = `${name}/`;
  const refuse = async (): Promise<void> => {
    throw new Error(`The table ${name} of a pack is not written to.`);
  };
  return {
    get: (key) => pack.get(prefix + key),
    keys: async (start = '') => pack.keys(prefix + start).map((key) => key.slice(prefix.length)),
    set: refuse,
    setMany: refuse,
    delete: refuse,
    change: refuse,
  };
}

const SLOT = /\/(slot\d)(?:\/|$)/;
const slotOf = (key: string): string | null => SLOT.exec(key)?.[1] ?? null;

/**
 * The table of checkpoints of one run: each slot is a file in `folder`, put in place whole; everything else stays in `memory`. A slot is
 * written with all that belongs to it, as checkpoints are. While the folder cannot be written, writing throws `STORE_QUOTA`: a run then goes on without checkpoints, and
 * tries again.
 */
export class SlotTable implements Table {
  readonly #memory: Table;
  readonly #folder: string;
  readonly #onWritten: () => void;
  readonly #slots = new Map<string, Pack>();

  private constructor(memory: Table, folder: string, onWritten: () => void) {
    this.#memory = memory;
    this.#folder = folder;
    this.#onWritten = onWritten;
  }

  /** Takes up what lies in the folder. A slot that is not whole is removed: the other one is older, and whole. `onWritten` hears of every slot that is written. */
  static async open(memory: Table, folder: string, onWritten: () => void): Promise<SlotTable> {
    const table = new SlotTable(memory, folder, onWritten);
    for (const name of await namesIn(folder)) {
      if (!/^slot\d$/.test(name)) continue;
      const pack = await wholePack(join(folder, name));
      if (pack) table.#slots.set(name, pack);
      else await rm(join(folder, name), { force: true });
    }
    return table;
  }

  /** Whether there is a checkpoint. */
  get some(): boolean {
    return this.#slots.size > 0;
  }

  async get(key: string): Promise<unknown> {
    const slot = slotOf(key);
    return slot === null ? this.#memory.get(key) : this.#slots.get(slot)?.get(key);
  }

  set(key: string, value: unknown): Promise<void> {
    return this.setMany([[key, value]]);
  }

  async setMany(entries: Entries): Promise<void> {
    const slots = new Set(entries.map(([key]) => slotOf(key)));
    const [slot = null] = slots;
    if (slot === null || slots.size > 1) return this.#memory.setMany(entries);
    const path = join(this.#folder, slot);
    await written(this.#folder, async () => {
      await writePack(
        path,
        entries.map(([key, value]) => [key, () => value]),
      );
      await this.#slots.get(slot)?.close();
      this.#slots.set(slot, await Pack.open(path));
    });
    this.#onWritten();
  }

  change(keys: readonly string[], next: (values: readonly unknown[]) => Entries | null): Promise<void> {
    return this.#memory.change(keys, next);
  }

  /** The only checkpoint, or both, are not deleted: until the result is in place, there must be something to go on from. */
  async delete(keys: readonly string[]): Promise<void> {
    const slots = new Set(keys.map(slotOf).filter((slot) => slot !== null));
    await this.#memory.delete(keys.filter((key) => slotOf(key) === null));
    if ([...this.#slots.keys()].every((slot) => slots.has(slot))) return;
    for (const slot of slots) {
      try {
        await rm(join(this.#folder, slot), { force: true });
      } catch {
        // In a folder that cannot be written it takes no room from anything.
        continue;
      }
      await this.#slots.get(slot)?.close();
      this.#slots.delete(slot);
    }
  }

  async keys(prefix = ''): Promise<string[]> {
    const held = [...this.#slots.values()].flatMap((pack) => pack.keys(prefix));
    return [...held, ...(await this.#memory.keys(prefix))].sort();
  }

  async close(): Promise<void> {
    for (const pack of this.#slots.values()) await pack.close();
    this.#slots.clear();
  }
}

/** The pack, read to its end; null where it is damaged or gone. */
async function wholePack(path: string): Promise<Pack | null> {
  try {
    const pack = await Pack.open(path);
    try {
      await pack.verify();
      return pack;
    } catch (error) {
      await pack.close();
      throw error;
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || (error instanceof AppError && error.code === 'STORE_DAMAGED')) return null;
    throw error;
  }
}

async function written(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (codeOf(error) === '') throw error;
    throw new AppError(
      'STORE_QUOTA',
      `${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      'Make room, or give the worker the right to write there; it tries again by itself.',
    );
  }
}
