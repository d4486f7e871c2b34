import type { DatasetLabels } from '../../src/domain/dataset';
import type { Watch } from '../formats/source';
import type { Entry } from './entries';
import type { Findings } from './findings';
import { AppError } from '../../src/domain/errors';

/** Readable names and categories of items, by original id. */
export interface ItemNames {
  readonly path: string;
  readonly names: ReadonlyMap<string, string> | null;
  readonly categories: ReadonlyMap<string, string> | null;
}

/** Names from the tables about items; the first that has them counts. Null when none has. */
export async function readNames(
  entries: readonly Entry[],
  findings: Findings,
  watch: Watch,
): Promise<ItemNames | null> {
  let names: Map<string, string> | null = null;
  let categories: Map<string, string> | null = null;
  let path = '';
  for (const entry of entries) {
    if (entry.role !== 'itemNames' || entry.content.kind !== 'table') continue;
    const { table } = entry.content;
    const { item, name, category } = entry.uses;
    if (item === undefined) continue;
    const found = { names: new Map<string, string>(), categories: new Map<string, string>() };
    try {
      await table.read(watch, (cells) => {
        const id = cells[item]?.trim() ?? '';
        const text = name === undefined ? '' : (cells[name]?.trim() ?? '');
        const kind =
          category === undefined
            ? ''
            : firstOf(cells[category] ?? '', /:token_seq$/.test(table.columns[category] ?? ''));
        if (text !== '') found.names.set(id, text.slice(0, LONGEST_NAME));
        if (kind !== '') found.categories.set(id, kind.slice(0, LONGEST_NAME));
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'IMPORT_CANCELLED') throw error;
      findings.warning({
        rule: 'left-out',
        file: entry.path,
        row: null,
        message: `Names and categories were not read: ${error.message}`,
        hint: error.hint,
      });
      continue;
    }
    path = path === '' ? entry.path : path;
    names ??= found.names.size > 0 ? found.names : null;
    categories ??= found.categories.size > 0 ? found.categories : null;
  }
  return names || categories ? { path, names, categories } : null;
}

/** The labels of items by index. */
export function itemLabels(
  found: ItemNames | null,
  originals: readonly string[] | null,
  size: number,
): Pick<DatasetLabels, 'items' | 'itemCategories'> {
  const idOf = (index: number): string => originals?.[index] ?? String(index);
  const indices = Array.from({ length: size }, (_, index) => index);
  const names = found?.names ?? null;
  const categories = found?.categories ?? null;
  const items =
    names && indices.some((index) => names.has(idOf(index)))
      ? indices.map((index) => names.get(idOf(index)) ?? idOf(index))
      : null;
  if (!categories || !indices.some((index) => categories.has(idOf(index)))) return { items, itemCategories: null };
  const kinds = indices.map((index) => categories.get(idOf(index)) ?? 'none');
  const known = [...new Set(kinds)].sort();
  const places = new Map(known.map((kind, place) => [kind, place]));
  return { items, itemCategories: { names: known, of: Int32Array.from(kinds, (kind) => places.get(kind) ?? 0) } };
}

const LONGEST_NAME = 500;

/** `Comedy|Drama`, `["Baby", "Toys"]`, `Baby > Toys` → the first. */
function firstOf(text: string, blanksPart: boolean): string {
  const inner = /^\[+(.*?)\]+$/.exec(text.trim())?.[1] ?? text;
  return (inner.split(blanksPart ? /[|,>;\t ]/ : /[|,>;\t]/)[0] ?? '').trim().replace(/^["']|["']$/g, '');
}
