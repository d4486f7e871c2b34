import { AppError } from '../domain/errors';
import type { Checked, Unreadable } from '../domain/unreadable';
import type { z } from './schemas';

type Issue = z.core.$ZodIssue;

/** Whether a value is an object, and no list or null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of whatever it is; undefined where there is none. */
export const member = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/**
 * The value as the schema has it, or what is wrong with it. Typed arrays are looked at, not read or copied. `version` is the newest form
 * known here of a document that says which one it has.
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, version = Infinity): Checked<T> {
  const form = member(value, 'version');
  if (typeof form === 'number' && form > version) return { value: null, why: { kind: 'newer' } };
  const found = schema.safeParse(value);
  return found.success ? { value: found.data, why: null } : { value: null, why: wrong(value, found.error.issues) };
}

/** Fields that nobody here writes come from a version that knows more; anything else is damage. */
function wrong(value: unknown, issues: readonly Issue[]): Unreadable {
  const [first] = issues;
  if (first && issues.every(({ code }) => code === 'unrecognized_keys')) return { kind: 'newer' };
  return damaged(first ? problemOf(value, first) : 'its content is not what it should be');
}

export const damaged = (problem: string): Unreadable => ({ kind: 'damaged', problem });

/** The first problem as a part of a sentence: `“epochs.3.total” is missing`. */
function problemOf(value: unknown, { path, code, message }: Issue): string {
  if (code === 'custom' && message !== CUSTOM) return message;
  if (path.length === 0) return value === undefined ? 'nothing is stored' : 'what is stored is no document';
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => partOf(at, key), value);
  const missing = partOf(parent, path.at(-1) ?? '') === undefined;
  return `“${path.map(String).join('.')}” is ${missing ? 'missing' : 'not what it should be'}`;
}

/** What zod says of a check that has no words of its own. */
const CUSTOM = 'Invalid input';

function partOf(value: unknown, key: PropertyKey): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return typeof key === 'string' ? member(value, key) : undefined;
}

/** The value as the schema has it. Throws `STORE_DAMAGED`: `what` is damaged, and `hint` says what to do. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, what: string, hint: string, version?: number): T {
  const found = check(schema, value, version);
  if (found.why === null) return found.value;
  throw new AppError('STORE_DAMAGED', `${what} cannot be read: ${wordsOf(found.why)}.`, hint);
}

function wordsOf(why: Unreadable): string {
  switch (why.kind) {
    case 'newer':
      return 'a newer version of Lodestone wrote it';
    case 'model':
      return `this version does not have the model “${why.model}”`;
    case 'damaged':
      return why.problem;
  }
}

/** The name that a document has in any layout, whatever else is wrong with it. */
export function nameOf(stored: unknown): string | null {
  const name = member(stored, 'name') ?? member(member(stored, 'summary'), 'name');
  return typeof name === 'string' && name !== '' ? name : null;
}
