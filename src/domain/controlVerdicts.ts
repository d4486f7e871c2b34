import type { SettingComparison } from './comparison';
import { detectable } from './power';
import { holmOfKnown, isSignificant } from './significance';

/** What a control says of the features it has emptied. */
export interface ControlVerdict {
  readonly variant: string;
  /** How much the metric falls, the mean over users, with its 95 % interval; null where users cannot be paired. */
  readonly cost: { readonly mean: number; readonly low: number; readonly high: number } | null;
  /** Of the paired t-test over users, after Holm over the set. */
  readonly p: number | null;
  /**
   * `used`: the metric falls; `harmful`: it rises; `unseen`: neither could be shown; `open`: nothing can be compared yet.
   */
  readonly kind: 'used' | 'harmful' | 'unseen' | 'open';
  /** The smallest difference that the comparison could have shown. */
  readonly least: number | null;
}

/** The verdicts of a set; each comparison is of a control against the model as it is. */
export function controlVerdicts(comparisons: readonly SettingComparison[]): ControlVerdict[] {
  const adjusted = holmOfKnown(comparisons.map(({ users }) => ('refused' in users ? null : users.t.p)));
  return comparisons.map(({ key, users, scatter }, place): ControlVerdict => {
    const p = adjusted[place] ?? null;
    const least = scatter && detectable(scatter, scatter.seeds);
    if ('refused' in users) return { variant: key, cost: null, p, kind: 'open', least };
    const [low, high] = users.interval;
    const cost = { mean: -users.mean, low: -high, high: -low };
    const kind = isSignificant(p) ? (cost.mean > 0 ? 'used' : 'harmful') : 'unseen';
    return { variant: key, cost, p, kind, least };
  });
}
