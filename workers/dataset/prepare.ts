import { at, entry } from '../../src/domain/at';
import type { DatasetDocument, DatasetStatistics, ImportOptions } from '../../src/domain/dataset';
import type { Interactions } from '../../src/domain/interactions';
import { baseName } from '../formats/source';
import { amount, count } from '../formats/words';
import { checkSplit } from './check';
import type { Findings } from './findings';
import { numberIds, type IdMapping, type Numbering } from './ids';
import { stem } from './names';
import type { RawParts } from './parts';
import { deduplicate, filterRows, type Rows } from './reduce';
import { agreeOnSize } from './sizes';
import { DEFAULT_SPLIT_SEED, drawSplit } from './split';
import { datasetStatistics, isConstant } from './statistics';

/** Interactions as they will be stored, and which rows of the feature files stay. */
export interface Prepared {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: Interactions;
  readonly split: DatasetDocument['split'];
  readonly statistics: DatasetStatistics;
  /** Rows of feature files to keep, in order; null: all. */
  readonly keptUsers: Int32Array | null;
  readonly keptItems: Int32Array | null;
  readonly originalUsers: readonly string[] | null;
  readonly originalItems: readonly string[] | null;
}

/** Numbers, checks, reduces and splits. Null when an error makes the rest meaningless. */
export function prepare(raw: RawParts, options: ImportOptions, findings: Findings): Prepared | null {
  const { path, interactions: table } = raw;
  const users = numbered('user', raw, findings);
  const items = numbered('item', raw, findings);
  if (!users || !items) return null;
  const place = { path, lines: table.lines };
  const featuresOf = (scope: 'item' | 'user') => raw.features.filter((feature) => feature.scope === scope);
  const userCount = agreeOnSize('user', users, featuresOf('user'), raw.userMapping, place, findings);
  const itemCount = agreeOnSize('item', items, featuresOf('item'), raw.itemMapping, place, findings);
  if (findings.failure) return null;

  const unique = withoutDuplicates(
    {
      users: users.indices,
      items: items.indices,
      ratings: varying(path, table.ratings, 'rating', findings),
      timestamps: varying(path, table.timestamps, 'timestamp', findings),
      labels: table.labels,
      lines: table.lines,
    },
    userCount,
    itemCount,
    path,
    findings,
  );
  const filtered = filterRows(unique, userCount, itemCount, options.kCore ?? 0, options.minUserInteractions ?? 0);
  const { rows, keptUsers, keptItems } = filtered;
  const sizes = { users: keptUsers?.length ?? userCount, items: keptItems?.length ?? itemCount };
  if (!reportFilter(path, unique, rows, { users: userCount, items: itemCount }, sizes, findings)) return null;

  const drawn = options.splitRule ?? 'perUserRandom';
  if (!rows.labels && !rows.timestamps && (drawn === 'perUserTemporal' || drawn === 'globalTemporal')) {
    findings.error('DATA_SPLIT_VALUES', {
      rule: 'split-values',
      file: path,
      row: null,
      message: `A split by time needs timestamps, but those in ${baseName(path)} are missing or all equal.`,
      hint: 'Choose a random split, or add a timestamp column.',
    });
    return null;
  }
  const seed = (options.splitSeed ?? DEFAULT_SPLIT_SEED) >>> 0;
  const split = rows.labels ?? drawSplit(drawn, seed, rows, sizes.users);
  const interactions: Interactions = {
    users: rows.users,
    items: rows.items,
    ratings: rows.ratings,
    timestamps: rows.timestamps,
    split,
  };
  const statistics = datasetStatistics(interactions, sizes.users, sizes.items);
  const cold = { users: statistics.coldUsers, items: statistics.coldItems };
  checkSplit(path, interactions, rows.lines, cold, rows.labels !== null, findings);
  return {
    name: stem(path),
    ...sizes,
    interactions,
    split: rows.labels ? { rule: 'provided', seed: null } : { rule: drawn, seed },
    statistics,
    keptUsers,
    keptItems,
    originalUsers: originals(users, userCount, keptUsers),
    originalItems: originals(items, itemCount, keptItems),
  };
}

function numbered(scope: 'item' | 'user', raw: RawParts, findings: Findings): Numbering | null {
  const table = raw.interactions;
  const column = scope === 'item' ? table.items : table.users;
  const mapping: IdMapping | null = scope === 'item' ? raw.itemMapping : raw.userMapping;
  const hasFeatures = raw.features.some((feature) => feature.scope === scope);
  const numbering = numberIds(column, mapping, hasFeatures, raw.features.length > 0);
  if (numbering.offending !== null) {
    const line = at(table.lines, column.codes.indexOf(numbering.offending));
    const text = entry(column.texts, numbering.offending).slice(0, 40);
    findings.error('DATA_ID_RANGE', {
      rule: 'id-range',
      file: raw.path,
      row: line,
      message: mapping
        ? `Row ${count(line)} of ${table.file} has the ${scope} ${text}, which ${mapping.file} does not list.`
        : `Row ${count(line)} of ${table.file} has the ${scope} ${text}, which has no row in the feature files.`,
      hint: mapping
        ? 'Check that the mapping belongs to this interaction file.'
        : `Add ${scope === 'item' ? 'i' : 'u'}_id_mapping.csv with the columns original id and index.`,
    });
    return null;
  }
  if (numbering.renumbered) {
    findings.note({
      rule: 'remapped-ids',
      file: raw.path,
      row: null,
      message: `The ${scope} ids of ${table.file} were ${mapping ? `looked up in ${mapping.file}` : `numbered 0–${count(numbering.size - 1)} by first appearance`}.`,
      hint: 'The original ids are kept and shown.',
    });
  }
  return numbering;
}

/** The column, or null with a note when it is the same in every row and so says nothing. */
function varying<T extends Float32Array | Float64Array>(
  path: string,
  values: T | null,
  what: string,
  findings: Findings,
): T | null {
  if (!values || !isConstant(values)) return values;
  findings.note({
    rule: 'constant-ratings',
    file: path,
    row: null,
    message: `Every ${what} in ${baseName(path)} is ${at(values, 0)}; the column is treated as absent.`,
    hint:
      what === 'rating'
        ? 'Models that read ratings treat every interaction as liked.'
        : 'Splits by time are not possible.',
  });
  return null;
}

function withoutDuplicates(rows: Rows, users: number, items: number, path: string, findings: Findings): Rows {
  const result = deduplicate(rows, users, items);
  if (result.removed > 0) {
    findings.warning({
      rule: 'duplicate-pairs',
      file: path,
      row: result.firstLine,
      message: `${amount(result.removed, 'row')} of ${baseName(path)} ${result.removed === 1 ? 'repeats' : 'repeat'} a user and item, row ${count(result.firstLine ?? 0)} first.`,
      hint: 'The first row of each pair is kept, with the rating of the last.',
    });
  }
  if (result.acrossSplits > 0) {
    findings.warning({
      rule: 'shared-pairs',
      file: path,
      row: result.firstLineAcross,
      message: `${amount(result.acrossSplits, 'repeated row')} of ${baseName(path)} ${result.acrossSplits === 1 ? 'is' : 'are'} in another split than the first, row ${count(result.firstLineAcross ?? 0)} first.`,
      hint: 'The split of the first row is kept, so that no pair is in both training and test.',
    });
  }
  return result.rows;
}

/** False when nothing is left. */
function reportFilter(
  path: string,
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
      file: path,
      row: null,
      message: `No interaction of ${baseName(path)} is left after filtering.`,
      hint: 'Require fewer interactions per user and item.',
    });
    return false;
  }
  if (removed > 0 || from.users !== to.users || from.items !== to.items) {
    findings.note({
      rule: 'filtered',
      file: path,
      row: null,
      message: `Filtering removed ${amount(from.users - to.users, 'user')}, ${amount(from.items - to.items, 'item')} and ${amount(removed, 'interaction')}; ${count(to.users)}, ${count(to.items)} and ${count(after.lines.length)} remain.`,
      hint: 'Users and items are renumbered; feature rows of removed ones are dropped.',
    });
  }
  return true;
}

/** Original ids by final index; null when the ids of the file are the indices. */
function originals(numbering: Numbering, size: number, kept: Int32Array | null): string[] | null {
  if (!numbering.originals && !kept) return null;
  const indices = kept ?? Int32Array.from({ length: size }, (_, index) => index);
  return Array.from(indices, (index) => numbering.originals?.[index] ?? String(index));
}
