import { METRIC_KEYS, type MetricKey, type Metrics } from '../../domain/metrics';
import { agreement, type Agreement } from '../../domain/shared';
import type { NoticeTone } from '../../ui/Notice';

/** A test metric of a shared run beside that of the same experiment here. */
export interface BesideRow {
  readonly key: MetricKey;
  readonly theirs: number;
  readonly mine: number;
  readonly agrees: Agreement;
}

/** Every metric; the standard error is that of a mean over so many `users`. */
export const besideRows = (theirs: Metrics, mine: Metrics, users: number): BesideRow[] =>
  METRIC_KEYS.map((key) => ({
    key,
    theirs: theirs[key],
    mine: mine[key],
    agrees: agreement(theirs[key], mine[key], users),
  }));

/** Whether the result was reproduced, in a sentence. */
export function verdictOf(rows: readonly BesideRow[]): { readonly tone: NoticeTone; readonly title: string } {
  const count = (wanted: Agreement): number => rows.filter(({ agrees }) => agrees === wanted).length;
  const [identical, apart] = [count('identical'), count('outside')];
  if (apart > 0)
    return {
      tone: 'warning',
      title: `Differs: ${apart} of ${rows.length} metrics further apart than one standard error`,
    };
  return identical === rows.length
    ? { tone: 'ok', title: `Reproduced: ${identical} of ${rows.length} metrics identical` }
    : { tone: 'info', title: `Agrees within one standard error: ${identical} of ${rows.length} metrics identical` };
}
