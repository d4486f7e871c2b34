import { del, delMany, get, keys, set, setMany, promisifyRequest, type UseStore } from 'idb-keyval';
import { AppError, faultOf } from '../domain/errors';

/** `datasets` and `runs` hold small documents, the others hold what is heavy. */
export const TABLE_NAMES = ['datasets', 'features', 'runs', 'checkpoints', 'texts', 'settings'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

export type Entries = readonly (readonly [key: string, value: unknown])[];

/** A table of values under string keys. Values are whatever the structured clone algorithm takes. */
export interface Table {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  /** All entries or none. */
  setMany(entries: Entries): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  /**
   * Reads values and stores the entries that `next` makes of them, in one transaction: nothing else is written in between. null stores
   * nothing. `next` does not wait for anything.
   */
  change(keys: readonly string[], next: (values: readonly unknown[]) => Entries | null): Promise<void>;
  /** All keys that start with `prefix`, in ascending order. */
  keys(prefix?: string): Promise<string[]>;
}

export type Database = Readonly<Record<TableName, Table>>;

const DATABASE_NAME = 'lodestone';
/** Another number makes every older page refuse to open: only for a change that they would damage. */
const DATABASE_VERSION = 1;

let opened: Promise<IDBDatabase> | null = null;
let heardLoss: () => void = () => undefined;

/** Calls `heard` whenever the browser closes the connection by itself, as it does when it clears the site's data. */
export function onLostConnection(heard: () => void): void {
  heardLoss = heard;
}

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(DATABASE_NAME, DATABASE_VERSION);
    request.onupgradeneeded = () => {
      for (const name of TABLE_NAMES) {
        if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name);
      }
    };
    promisifyRequest(request).then((database) => {
      // The browser closes the connection when it clears site data; the next call opens a new one.
      database.onclose = () => {
        opened = null;
        heardLoss();
      };
      database.onversionchange = () => {
        database.close();
        opened = null;
      };
      resolve(database);
    }, reject);
  }).catch((error: unknown) => {
    opened = null;
    // The browser opens no database of a higher version, and leaves it as it is.
    if (error instanceof DOMException && error.name === 'VersionError')
      throw new AppError(
        'STORE_NEWER',
        'A newer version of Lodestone has written this browser’s storage; this page is older and cannot open it.',
        'Reload the page to get the newest version. Nothing was changed.',
      );
    const refusal = new AppError(
      'STORE_UNAVAILABLE',
      `The browser did not open its storage: ${error instanceof Error ? error.message : String(error)}`,
      'Leave private browsing or allow this site to store data, then reload.',
    );
    refusal.cause = error;
    throw refusal;
  });
  return opened;
}

function storeOf(name: TableName): UseStore {
  return async (mode, callback) => callback((await open()).transaction(name, mode).objectStore(name));
}

/** What opening ends with where the browser closes every connection, as it does while it clears the site's data. */
const CLOSED = ['AbortError', 'InvalidStateError', 'UnknownError'];
/** Milliseconds before each further try. */
const WAITS = [0, 250, 500, 1000, 2000];

/** An operation that the browser breaks off is tried again, for as long as it may take to clear the data: each can be repeated. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await tried(work);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const fault = faultOf(error);
    if (fault.code === 'STORE_QUOTA') throw new AppError(fault.code, fault.message, fault.hint);
    throw new AppError(
      'STORE_BROKEN',
      `The browser's storage refused an operation: ${error instanceof Error ? error.message : String(error)}`,
      'Reload the page and try again. If it happens again, free some disk space.',
    );
  }
}

async function tried<T>(work: () => Promise<T>): Promise<T> {
  for (let at = 0; ; at++) {
    try {
      return await work();
    } catch (error) {
      const wait = WAITS[at];
      if (wait === undefined || !mayPass(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** Whether the next try may get through: not where there is no room, nor where the browser refuses to open the database. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof AppError)) return faultOf(error).code !== 'STORE_QUOTA';
  const { cause } = error;
  return cause instanceof DOMException && CLOSED.includes(cause.name);
}

function browserTable(name: TableName): Table {
  const store = storeOf(name);
  return {
    get: (key) => guarded(() => get<unknown>(key, store)),
    set: (key, value) => guarded(() => set(key, value, store)),
    setMany: (entries) =>
      guarded(() =>
        setMany(
          entries.map(([key, value]) => [key, value]),
          store,
        ),
      ),
    delete: (list) =>
      guarded(() => (list.length === 1 && list[0] !== undefined ? del(list[0], store) : delMany([...list], store))),
    change: (list, next) => guarded(() => store('readwrite', (values) => changed(values, list, next))),
    keys: async (prefix = '') =>
      (await guarded(() => keys(store)))
        .flatMap((key) => (typeof key === 'string' && key.startsWith(prefix) ? key : []))
        .sort(),
  };
}

/** Reads, and writes within the same transaction: it stays open from the answers to the reads until the writes are asked for. */
function changed(
  values: IDBObjectStore,
  list: readonly string[],
  next: (values: readonly unknown[]) => Entries | null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { transaction } = values;
    let failure: Error | null = null;
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () =>
      reject(failure ?? transaction.error ?? new Error('The transaction ended.'));
    const readings = list.map((key): IDBRequest<unknown> => values.get(key));
    const last = readings.at(-1);
    if (!last) return;
    // Answers come in the order of the questions.
    last.onsuccess = () => {
      try {
        for (const [at, value] of next(readings.map(({ result }) => result)) ?? []) values.put(value, at);
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        abortOnce(transaction);
      }
    };
  });
}

function abortOnce(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended meanwhile: its own event tells how.
  }
}

/** One IndexedDB database with a few stores; the same from the page and from every worker. */
export function browserDatabase(): Database {
  return byName(browserTable);
}

/** The same tables in memory: for Node and for tests. Values are cloned as IndexedDB would. */
export function memoryDatabase(): Database {
  return byName(() => {
    const map = new Map<string, unknown>();
    return {
      get: async (key) => structuredClone(map.get(key)),
      set: async (key, value) => void map.set(key, structuredClone(value)),
      setMany: async (entries) => {
        const cloned = entries.map(([key, value]) => [key, structuredClone(value)] as const);
        for (const [key, value] of cloned) map.set(key, value);
      },
      change: async (list, next) => {
        const entries = next(list.map((key): unknown => structuredClone(map.get(key)))) ?? [];
        for (const [at, value] of entries) map.set(at, structuredClone(value));
      },
      delete: async (list) => list.forEach((key) => map.delete(key)),
      keys: async (prefix = '') => [...map.keys()].filter((key) => key.startsWith(prefix)).sort(),
    };
  });
}

function byName(make: (name: TableName) => Table): Database {
  return {
    datasets: make('datasets'),
    features: make('features'),
    runs: make('runs'),
    checkpoints: make('checkpoints'),
    texts: make('texts'),
    settings: make('settings'),
  };
}
