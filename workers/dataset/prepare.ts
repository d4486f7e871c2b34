import { at } from '../../src/domain/at';
import type { DatasetDocument, DatasetStatistics, ImportOptions } from '../../src/domain/dataset';
import { filtersOf, type DatasetReading, type ImportFilters, type IdReading } from '../../src/domain/reading';
import type { Interactions } from '../../src/domain/interactions';
import { amount, count } from '../formats/words';
import { checkAllItems, checkSplit } from './check';
import type { Findings } from './findings';
import { stem } from './names';
import type { RawInteractions } from './interactions';
import { numbered, originals } from './numbering';
import type { RawParts } from './parts';
import type { Places } from './places';
import { deduplicate, filterRows, type Rows } from './reduce';
import { agreeOnSize } from './sizes';
import { DEFAULT_SPLIT_SEED, drawSplit, drawValidation } from './split';
import { datasetStatistics, isConstant } from './statistics';

/** Interactions as they will be stored, and which rows of the feature files stay. */
export interface Prepared {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: Interactions;
  readonly split: DatasetDocument['split'];
  readonly statistics: DatasetStatistics;
  readonly filters: ImportFilters | null;
  /** Rows of feature files to keep, in order; null: all. */
  readonly keptUsers: Int32Array | null;
  readonly keptItems: Int32Array | null;
  /** Users and items before anything was filtered. */
  readonly userCount: number;
  readonly itemCount: number;
  /** How ids became indices. */
  readonly ids: { readonly user: IdReading; readonly item: IdReading };
  /** Original ids before anything was filtered; null where they are the indices. */
  readonly userOriginals: readonly string[] | null;
  readonly itemOriginals: readonly string[] | null;
  readonly originalUsers: readonly string[] | null;
  readonly originalItems: readonly string[] | null;
}

/** Numbers, checks, reduces and splits. Null when an error makes the rest meaningless. */
export function prepare(
  raw: RawParts,
  options: ImportOptions,
  answers: DatasetReading,
  findings: Findings,
): Prepared | null {
  const { path, interactions: table } = raw;
  const users = numbered('user', raw, answers, findings);
  const items = numbered('item', raw, answers, findings);
  if (!users || !items) return null;
  const place = {
    places: table.places,
    lines: table.lines,
    sizes: { user: users.size, item: items.size },
    distinct: { user: new Set(users.indices).size, item: new Set(items.indices).size },
  };
  const indexed = (scope: 'item' | 'user') =>
    raw.features.filter((feature) => feature.scope === scope && feature.rowIds === null);
  const userCount = agreeOnSize('user', users, indexed('user'), raw.userMapping, place, findings);
  const itemCount = agreeOnSize('item', items, indexed('item'), raw.itemMapping, place, findings);
  if (findings.failure) return null;

  const unique = withoutDuplicates(
    {
      users: users.indices,
      items: items.indices,
      ratings: varying(table, table.ratings, 'rating', findings),
      timestamps: varying(table, table.timestamps, 'timestamp', findings),
      labels: table.labels,
      lines: table.lines,
    },
    userCount,
    itemCount,
    table.places,
    findings,
  );
  const filters = filtersOf(options, options.reading);
  const filtered = filterRows(unique, userCount, itemCount, filters?.kCore ?? 0, filters?.minUserInteractions ?? 0);
  const { rows, keptUsers, keptItems } = filtered;
  const sizes = { users: keptUsers?.length ?? userCount, items: keptItems?.length ?? itemCount };
  if (!reportFilter(table.places, unique, rows, { users: userCount, items: itemCount }, sizes, findings)) return null;

  const drawn = options.splitRule ?? 'perUserRandom';
  if (!rows.labels && !rows.timestamps && (drawn === 'perUserTemporal' || drawn === 'globalTemporal')) {
    findings.error('DATA_SPLIT_VALUES', {
      rule: 'split-values',
      file: path,
      row: null,
      message: `A split by time needs timestamps, but those in ${table.places.name} are missing or all equal.`,
      hint: 'Choose a random split, or add a timestamp column.',
    });
    return null;
  }
  const seed = (options.splitSeed ?? DEFAULT_SPLIT_SEED) >>> 0;
  const drawsValidation = rows.labels !== null && !rows.labels.includes(1) && rows.labels.includes(2);
  const split = !rows.labels
    ? drawSplit(drawn, seed, rows, sizes.users)
    : drawsValidation
      ? drawValidation(rows.labels, seed, rows.users, sizes.users)
      : rows.labels;
  if (drawsValidation) {
    findings.warning({
      rule: 'split-values',
      file: path,
      row: null,
      message: `There is no validation split: it was drawn from training, a tenth of the rows of each user (seed ${seed}).`,
      hint: 'Results are then not comparable with those of others who drew another one.',
    });
  }
  const interactions: Interactions = {
    users: rows.users,
    items: rows.items,
    ratings: rows.ratings,
    timestamps: rows.timestamps,
    split,
  };
  const statistics = datasetStatistics(interactions, sizes.users, sizes.items);
  const cold = { users: statistics.coldUsers, items: statistics.coldItems };
  checkSplit(table.places, interactions, rows.lines, cold, table.labels, findings);
  checkAllItems(table.places, interactions, rows.lines, sizes, findings);
  return {
    name: stem(path),
    ...sizes,
    interactions,
    split: rows.labels ? { rule: 'provided', seed: drawsValidation ? seed : null } : { rule: drawn, seed },
    statistics,
    filters,
    keptUsers,
    keptItems,
    userCount,
    itemCount,
    ids: { user: users.as ?? 'index', item: items.as ?? 'index' },
    userOriginals: originals(users, userCount, null),
    itemOriginals: originals(items, itemCount, null),
    originalUsers: originals(users, userCount, keptUsers),
    originalItems: originals(items, itemCount, keptItems),
  };
}

/** The column, or null with a note when it is the same in every row and so says nothing. */
function varying<T extends Float32Array | Float64Array>(
  { places }: RawInteractions,
  values: T | null,
  what: 'rating' | 'timestamp',
  findings: Findings,
): T | null {
  if (!values || !isConstant(values)) return values;
  findings.note({
    rule: `constant-${what}s`,
    file: places.path,
    row: null,
    message: `Every ${what} in ${places.name} is ${at(values, 0)}; the column is treated as absent.`,
    hint:
      what === 'rating'
        ? 'Models that read ratings treat every interaction as liked.'
        : 'Splits by time are not possible.',
  });
  return null;
}

function withoutDuplicates(rows: Rows, users: number, items: number, places: Places, findings: Findings): Rows {
  const result = deduplicate(rows, users, items);
  if (result.removed > 0) {
    const first = places.place(result.firstLine ?? 0);
    findings.warning({
      rule: 'duplicate-pairs',
      file: first.path,
      row: first.line,
      message: `${amount(result.removed, 'row')} of ${places.name} ${result.removed === 1 ? 'repeats' : 'repeat'} a user and item, row ${count(first.line)} of ${first.file} first.`,
      hint: 'The first row of each pair is kept, with the rating of the last.',
    });
  }
  if (result.acrossSplits > 0) {
    const first = places.place(result.firstLineAcross ?? 0);
    findings.warning({
      rule: 'shared-pairs',
      file: first.path,
      row: first.line,
      message: `${amount(result.acrossSplits, 'repeated row')} of ${places.name} ${result.acrossSplits === 1 ? 'is' : 'are'} in another split than the first, row ${count(first.line)} of ${first.file} first.`,
      hint: 'The split of the first row is kept, so that no pair is in both training and test.',
    });
  }
  return result.rows;
}

/** False when nothing is left. */
function reportFilter(
  places: Places,
  before: Rows,
  after: Rows,
  from: { readonly users: number; readonly items: number },
  to: { readonly users: number; readonly items: number },
  findings: Findings,
): boolean {
  const removed = before.lines.length - after.lines.length;
  if (after.lines.length === 0) {
    findings.error('DATA_NO_INTERACTIONS', {
      rule: 'no-interactions',
      file: places.path,
      row: null,
      message: `No interaction of ${places.name} is left after filtering.`,
      hint: 'Require fewer interactions per user and item.',
    });
    return false;
  }
  if (removed > 0 || from.users !== to.users || from.items !== to.items) {
    findings.note({
      rule: 'filtered',
      file: places.path,
      row: null,
      message: `Filtering removed ${amount(from.users - to.users, 'user')}, ${amount(from.items - to.items, 'item')} and ${amount(removed, 'interaction')}; ${count(to.users)}, ${count(to.items)} and ${count(after.lines.length)} remain.`,
      hint: 'Users and items are renumbered; feature rows of removed ones are dropped.',
    });
  }
  return true;
}
