import type { Literal } from './literal';

/** What a JSON value is, taken as a table. */
export interface Records {
  readonly form: string;
  readonly columns: readonly string[];
  /** Whether the columns are names, so that there is no first line to doubt. */
  readonly named: boolean;
  rows(): Generator<readonly string[], void, undefined>;
}

type Members = { readonly [key: string]: Literal };
const isMembers = (value: Literal | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: Literal | undefined): value is readonly Literal[] => Array.isArray(value);
const isScalar = (value: Literal | undefined): boolean => typeof value !== 'object' || value === null;

/** A value as the text of a cell. */
export function cellOf(value: Literal | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The keys of some records, in order of appearance. */
export function keysOf(records: readonly Literal[]): string[] {
  return [...new Set(records.flatMap((record) => (isMembers(record) ? Object.keys(record) : [])))];
}

/** Records looked at to find the columns. */
const SAMPLE = 1000;

/** The table in a JSON value; null when it is not one. */
export function recordsOf(value: Literal): Records | null {
  if (isList(value)) return listOf(value);
  return isMembers(value) ? membersOf(value) : null;
}

function listOf(list: readonly Literal[]): Records | null {
  if (list.length === 0) return null;
  if (list.every(isMembers)) {
    const columns = keysOf(list.slice(0, SAMPLE));
    return {
      form: 'a JSON list of records',
      columns,
      named: true,
      *rows() {
        for (const record of list) yield columns.map((column) => cellOf(record[column]));
      },
    };
  }
  if (list.every(isList)) {
    const width = Math.max(...list.slice(0, SAMPLE).map((row) => row.length));
    return {
      form: 'a JSON list of rows',
      columns: Array.from({ length: width }, (_, at) => cellOf(list[0]?.[at])),
      named: false,
      *rows() {
        for (const row of list.slice(1)) yield row.map(cellOf);
      },
    };
  }
  return null;
}

function membersOf(members: Members): Records | null {
  const values = Object.values(members);
  if (values.length === 0) return null;
  if (values.every(isScalar)) {
    return {
      form: 'a JSON dictionary',
      columns: ['key', 'value'],
      named: true,
      *rows() {
        for (const key in members) yield [key, cellOf(members[key])];
      },
    };
  }
  if (values.every(isList)) return ofLists(members);
  if (values.every(isMembers)) return ofRecords(members);
  // A wrapper such as {"count": 2, "interactions": […]}.
  const inner = values.filter((value) => isList(value) && value.every((entry) => !isScalar(entry)));
  return inner.length === 1 && inner[0] !== undefined ? recordsOf(inner[0]) : null;
}

/** Numbers, as many in every list, some of them fractions: no ids. */
function areVectors(lists: readonly (readonly Literal[])[]): boolean {
  const isNumber = (value: Literal): boolean => typeof value === 'number' || value === 'NaN';
  const width = lists[0]?.length ?? 0;
  const isFraction = (value: Literal): boolean => typeof value === 'number' && !Number.isInteger(value);
  return (
    width > 1 &&
    lists.every((list) => list.length === width && list.every(isNumber)) &&
    lists.some((list) => list.some(isFraction))
  );
}

/** `{user: [items]}`, `{user: [[item, rating, …], …]}`, `{id: [numbers]}`. */
function ofLists(members: Members): Records | null {
  const lists = Object.values(members).filter(isList);
  const entries = lists.slice(0, SAMPLE).flat();
  if (areVectors(lists.slice(0, SAMPLE))) {
    return {
      form: 'a JSON dictionary of ids and vectors',
      columns: ['id', 'vector'],
      named: true,
      *rows() {
        for (const id in members) yield [id, cellOf(members[id])];
      },
    };
  }
  if (entries.every(isScalar)) {
    return {
      form: 'a JSON dictionary of users and their items',
      columns: ['user', 'item'],
      named: true,
      *rows() {
        for (const user in members) {
          const items = members[user];
          if (isList(items)) for (const item of items) yield [user, cellOf(item)];
        }
      },
    };
  }
  if (!entries.every((entry) => isList(entry) || isMembers(entry))) return null;
  const keys = entries.every(isMembers) ? keysOf(entries) : null;
  const width = Math.max(...entries.map((entry) => (isList(entry) ? entry.length : 0)));
  const more = Array.from({ length: Math.max(0, width - 1) }, (_, at) => `value ${at + 1}`);
  return {
    form: 'a JSON dictionary of users and their interactions',
    columns: ['user', ...(keys ?? ['item', ...more])],
    named: true,
    *rows() {
      for (const user in members) {
        const rows = members[user];
        if (!isList(rows)) continue;
        for (const row of rows) {
          if (isList(row)) yield [user, ...row.map(cellOf)];
          else if (isMembers(row)) yield [user, ...(keys ?? []).map((key) => cellOf(row[key]))];
        }
      }
    },
  };
}

/** `{user: {item: rating}}`, `{id: record}`, or columns as pandas writes them: `{"user_id": {"0": …}, "item_id": {"0": …}}`. */
function ofRecords(members: Members): Records | null {
  const records = Object.values(members).filter(isMembers);
  const [first] = records;
  if (!first || !records.every((record) => Object.values(record).every((value) => isScalar(value) || isList(value))))
    return null;
  const names = Object.keys(members);
  const firstKeys = Object.keys(first);
  const alike = records.slice(0, SAMPLE).every((record) => Object.keys(record).join('\n') === firstKeys.join('\n'));
  const numbered = firstKeys.every((key, at) => key === String(at));
  if (alike && numbered && names.length > 1 && names.length <= 64 && !names.every((name) => /^\d+$/.test(name))) {
    return {
      form: 'JSON columns',
      columns: names,
      named: true,
      *rows() {
        for (const key of firstKeys) yield records.map((record) => cellOf(record[key]));
      },
    };
  }
  const columns = keysOf(records.slice(0, SAMPLE));
  if (
    columns.length <= 64 &&
    !columns.every((column) => /^\d+$/.test(column)) &&
    2 * records.length >= columns.length
  ) {
    return {
      form: 'a JSON dictionary of records',
      columns: ['key', ...columns],
      named: true,
      *rows() {
        for (const key in members) {
          const record = members[key];
          if (isMembers(record)) yield [key, ...columns.map((column) => cellOf(record[column]))];
        }
      },
    };
  }
  return {
    form: 'a JSON dictionary of users, their items and a value for each',
    columns: ['user', 'item', 'rating'],
    named: true,
    *rows() {
      for (const user in members) {
        const items = members[user];
        if (isMembers(items)) for (const item in items) yield [user, item, cellOf(items[item])];
      }
    },
  };
}
