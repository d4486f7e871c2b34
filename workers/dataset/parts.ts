import { AppError } from '../../src/domain/errors';
import type { Table } from '../formats/format';
import { baseName, type ByteSource, type Watch } from '../formats/source';
import { shortList, type Dropped } from './files';
import type { Findings } from './findings';
import { readMapping, type IdMapping } from './ids';
import { isInteractionTable, readInteractionTable, type RawInteractions } from './interactions';
import { featureKey, featureScope, mappingScope } from './names';
import type { ProgressMeter } from './progress';
import type { FeatureFile } from './sizes';

interface TableFile {
  readonly source: ByteSource;
  readonly table: Table;
}

/** Each file in the role it plays. */
export interface Parts {
  readonly interactions: TableFile | null;
  readonly mappings: readonly (TableFile & { readonly scope: 'item' | 'user' })[];
  readonly features: readonly FeatureFile[];
  readonly tableBytes: number;
}

/** The tables, read. */
export interface RawParts {
  readonly path: string;
  readonly interactions: RawInteractions;
  readonly itemMapping: IdMapping | null;
  readonly userMapping: IdMapping | null;
  readonly features: readonly FeatureFile[];
}

/** Finds the interaction table, the mappings and the features among what was dropped. */
export function sortParts(dropped: Dropped, findings: Findings): Parts {
  const mappings = dropped.tables.flatMap((file) => {
    const scope = mappingScope(file.source.path);
    return scope ? [{ ...file, scope }] : [];
  });
  for (const { source } of dropped.tables) {
    if (featureKey(source.path) === null) continue;
    findings.error('FILE_UNRECOGNISED', {
      rule: 'unrecognised',
      file: source.path,
      row: null,
      message: `${baseName(source.path)} has the name of a feature file but is not a NumPy matrix.`,
      hint: 'Save it with numpy.save, or copy it again if it is truncated.',
    });
  }
  const tables = dropped.tables.filter(
    ({ source }) => mappingScope(source.path) === null && featureKey(source.path) === null,
  );
  const candidates = tables.filter(({ table }) => isInteractionTable(table));
  const interactions = chooseInteractions(candidates, tables, findings);
  const features = chooseFeatures(dropped.matrices, findings);
  const others = tables.filter((file) => !candidates.includes(file)).map(({ source }) => source.path);
  const first = others[0];
  if (interactions && first !== undefined) {
    findings.note({
      rule: 'unrecognised',
      file: first,
      row: null,
      message: `Skipped tables without a user and an item column: ${shortList(others)}.`,
      hint: 'Nothing to do unless one of them belongs to the dataset.',
    });
  }
  const read = interactions ? [interactions, ...mappings] : mappings;
  return {
    interactions,
    mappings,
    features,
    tableBytes: read.reduce((sum, { source }) => sum + source.storedBytes, 0),
  };
}

function chooseInteractions(
  candidates: readonly TableFile[],
  tables: readonly TableFile[],
  findings: Findings,
): TableFile | null {
  const [first, second] = candidates;
  if (first && second) {
    findings.error('DATA_SEVERAL_INTERACTIONS', {
      rule: 'several-interactions',
      file: second.source.path,
      row: null,
      message: `Several files could hold the interactions: ${shortList(candidates.map(({ source }) => source.path))}.`,
      hint: 'Drop one dataset at a time. Put the splits of one dataset into one file with an x_label column.',
    });
    return null;
  }
  if (first) return first;
  const nearly = tables.find(({ source }) => /\.(inter|csv|tsv)(\.gz)?$/i.test(source.path));
  if (nearly) {
    const { path } = nearly.source;
    const columns = nearly.table.columns.slice(0, 8).map((column) => column.slice(0, 40).trim());
    findings.error('TABLE_HEADER', {
      rule: 'no-interactions',
      file: path,
      row: 1,
      message: `The first line of ${baseName(path)} names no user and item columns, but ${columns.map((column) => `"${column}"`).join(', ')}.`,
      hint: 'Start the file with a header such as userID, itemID, rating, timestamp, x_label.',
    });
  } else if (!findings.failure) {
    findings.error('DATA_NO_INTERACTIONS', {
      rule: 'no-interactions',
      file: '',
      row: null,
      message: 'There is no interaction file in what you dropped.',
      hint: 'Add a table with a header such as userID, itemID, rating, timestamp, x_label.',
    });
  }
  return null;
}

function chooseFeatures(matrices: Dropped['matrices'], findings: Findings): FeatureFile[] {
  const features = new Map<string, FeatureFile>();
  for (const { source, matrix } of matrices) {
    const { path } = source;
    const key = featureKey(path);
    const same = key === null ? undefined : features.get(key);
    if (key === null) {
      findings.note({
        rule: 'unrecognised',
        file: path,
        row: null,
        message: `${baseName(path)} is a matrix, but its name does not say what it holds. It was skipped.`,
        hint: 'Name feature files NAME_feat.npy, e.g. image_feat.npy.',
      });
    } else if (same) {
      findings.error('FILE_UNRECOGNISED', {
        rule: 'unrecognised',
        file: path,
        row: null,
        message: `Both ${same.path} and ${path} hold features called ${key}.`,
        hint: 'Drop one of them, or give them different names.',
      });
    } else {
      features.set(key, { key, scope: featureScope(key), path, matrix, storedBytes: source.storedBytes });
    }
  }
  return [...features.values()];
}

/** Reads the tables; null when the interactions cannot be used. */
export async function readParts(
  parts: Parts,
  findings: Findings,
  meter: ProgressMeter,
  watch: Watch,
): Promise<RawParts | null> {
  const attempt = async <T>(path: string, work: () => Promise<T>): Promise<T | null> => {
    meter.begin(path);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'IMPORT_CANCELLED') throw error;
      findings.unreadable(path, error);
      return null;
    }
  };
  const mappings: Record<'item' | 'user', IdMapping | null> = { item: null, user: null };
  for (const { source, table, scope } of parts.mappings) {
    mappings[scope] = await attempt(source.path, () => readMapping(source.path, table, watch));
  }
  const chosen = parts.interactions;
  if (!chosen) return null;
  const { path } = chosen.source;
  const interactions = await attempt(path, () => readInteractionTable(path, chosen.table, watch));
  if (!interactions) return null;
  if (interactions.lines.length === 0) {
    findings.error('DATA_NO_INTERACTIONS', {
      rule: 'no-interactions',
      file: path,
      row: null,
      message: `${baseName(path)} has a header but no interactions.`,
      hint: 'Check that the file was written completely.',
    });
    return null;
  }
  return { path, interactions, itemMapping: mappings.item, userMapping: mappings.user, features: parts.features };
}
