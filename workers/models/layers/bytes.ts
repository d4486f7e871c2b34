import { numberOption } from '../../../src/domain/models/catalogue';
import type { Config } from '../../../src/domain/models/table';
import type { ModelSizes } from '../model';
import { PIECE, storageOf } from './frozenTable';

/**
 * Units in which a step's peak is linear. The tape keeps every intermediate value until the gradients are made, and the
 * gradients come on top; how many of each unit that is was counted by measuring peaks over varied sizes, and a test
 * compares the sums with real runs.
 */
export interface StepUnits {
  /** One `[U + I, d]` and one `[I, d]` table. */
  readonly nodes: number;
  readonly items: number;
  /** One `[B, d]` block of batch rows, averaged over users, positives and the ρ negatives. */
  readonly rows: number;
  /** One `[U + I]` and one `[B]` vector. */
  readonly nodeVector: number;
  readonly rowVector: number;
  /** One `[B, B]` matrix of exponentials of logits. */
  readonly logits: number;
}

export function stepUnits({ users, items }: ModelSizes, config: Config): StepUnits {
  const width = numberOption(config, 'embeddingSize');
  const batch = numberOption(config, 'batchSize');
  const blocks = (2 + numberOption(config, 'negativesPerPositive')) / 3;
  return {
    nodes: 4 * width * (users + items),
    items: 4 * width * items,
    rows: 4 * width * batch * blocks,
    nodeVector: 4 * (users + items),
    rowVector: 4 * batch * blocks,
    logits: 4 * batch * batch,
  };
}

/** Of a frozen table, with the piece of it that is unpacked where it is kept in half precision. */
export function frozenBytes(rows: number, columns: number, config: Config): number {
  const single = 4 * columns * rows;
  return storageOf(config).half ? 4 * Math.ceil(columns / 2) * rows + Math.min(single, PIECE) : single;
}

/** Where the bytes of the modalities’ feature tables lie, and the largest that cannot be cut: a frozen one comes in slices. */
export function featureBytes(
  { items, featureColumns }: ModelSizes,
  config: Config,
  trained: boolean,
): { parameters: number; constants: number; largest: number } {
  const tables = featureColumns.map((columns) => (trained ? 4 * columns * items : frozenBytes(items, columns, config)));
  const total = tables.reduce((sum, bytes) => sum + bytes, 0);
  return {
    parameters: trained ? total : 0,
    constants: trained ? 0 : total,
    largest: trained ? Math.max(0, ...tables) : 0,
  };
}
