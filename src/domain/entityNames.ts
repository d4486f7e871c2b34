import type { DatasetLabels } from './dataset';

/** What stands for the index of a user or an item where people and other tools read it: the id that came in, and the name. */

export type Scope = 'user' | 'item';

/** Names and original ids by index; null where a dataset has none. */
export type EntityLabels = Pick<DatasetLabels, 'users' | 'items' | 'originalUsers' | 'originalItems'>;

/** Original ids by index; null where the ids that came in are the indices. */
export const originalIds = (labels: EntityLabels | null, scope: Scope): readonly string[] | null =>
  (scope === 'item' ? labels?.originalItems : labels?.originalUsers) ?? null;

/** The id that came in; the index where that is the id. */
export const idOf = (labels: EntityLabels | null, scope: Scope, index: number): string =>
  originalIds(labels, scope)?.[index] ?? String(index);

/** null where there is no name, or none but the id. */
export function nameOf(labels: EntityLabels | null, scope: Scope, index: number): string | null {
  const name = (scope === 'item' ? labels?.items : labels?.users)?.[index];
  return name === undefined || name === '' || name === idOf(labels, scope, index) ? null : name;
}

/** `B004, Red hat`; `17` without a name. */
export function idAndName(labels: EntityLabels | null, scope: Scope, index: number): string {
  const name = nameOf(labels, scope, index);
  return `${idOf(labels, scope, index)}${name === null ? '' : `, ${name}`}`;
}

/** The same where nothing else says what it is: a number is `item 17`. A name that ends in the id says it already: `Film 17`. */
export function entityLabel(labels: EntityLabels | null, scope: Scope, index: number): string {
  const [id, name] = [idOf(labels, scope, index), nameOf(labels, scope, index)];
  if (!/^\d+$/.test(id)) return idAndName(labels, scope, index);
  return name !== null && new RegExp(`\\D${id}$`).test(name) ? name : `${scope} ${idAndName(labels, scope, index)}`;
}

/** Finds the index of an id as a person types it, among `count` of them; null where it is none. */
export function idFinder(labels: EntityLabels | null, scope: Scope, count: number): (text: string) => number | null {
  const ids = originalIds(labels, scope);
  // Of equal ids the first.
  const known = ids && new Map(ids.map((id, index): [string, number] => [id, index]).reverse());
  return (text) => {
    const id = text.trim();
    if (known) return known.get(id) ?? null;
    return /^\d{1,9}$/.test(id) && Number(id) < count ? Number(id) : null;
  };
}
