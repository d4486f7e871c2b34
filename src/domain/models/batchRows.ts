import { checkedConfig } from './config';
import { protocolOf } from './catalogue';
import { batchRowsOptions } from './options/batchRows';
import type { Config } from './table';

const ROWS = { name: 'This run', options: batchRowsOptions };

/** How a configuration's batches are drawn. */
export interface BatchRows {
  /** By users; otherwise a pass over all training interactions. */
  readonly byUsers: boolean;
  /** Most rows of preferred pairs, where the data have any. */
  readonly added: number;
}

/** A pass over the interactions, and no further rows, unless the model has options that say otherwise. Throws `CONFIG_INVALID`. */
export function rowsOf(config: Config): BatchRows {
  const own = Object.fromEntries(Object.entries(config).filter(([key]) => ROWS.options.some((one) => one.key === key)));
  if (Object.keys(own).length === 0) return { byUsers: false, added: 0 };
  const { sampling, pairShare } = checkedConfig(ROWS, own);
  // Rounding must not lose a row.
  return { byUsers: sampling === 'users', added: Math.floor(pairShare * protocolOf(config).batchSize + 1e-6) };
}
