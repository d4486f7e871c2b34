import { entry } from './at';

/** Families of experts, in the order of the experts. */
export const FAMILIES = ['dom', 'bal', 'com'] as const;
export type Family = (typeof FAMILIES)[number];

export const FAMILY_LABELS: Readonly<Record<Family, string>> = { dom: 'Dom', bal: 'Bal', com: 'Com' };

/** An expert and the fixed share `w ≥ 0`, `Σ w = 1`, of each group in its vectors. */
export interface Expert {
  readonly name: string;
  readonly family: Family | null;
  /** Index of its anchor among the groups; null for the one head without experts. */
  readonly anchor: number | null;
  readonly shares: readonly number[];
}

/** `{B} ∪ M`, behaviour first. */
export const routingGroups = (modalities: readonly string[]): string[] => ['behaviour', ...modalities];

/** What the routing of many pairs looks like; `probabilities [pairs, E]` by rows. */
export interface RoutingStatistics {
  /** π̄ `[E]` */
  readonly mean: readonly number[];
  readonly effective: number;
  readonly hhi: number;
  readonly diversity: number;
  readonly winnerShare: number;
  readonly top3Mass: number;
  readonly gap: number;
  readonly maxLoad: number;
  readonly specialisation: number;
}

const entropy = (p: ArrayLike<number>): number => {
  let sum = 0;
  for (let e = 0; e < p.length; e++) if ((p[e] ?? 0) > 0) sum -= (p[e] ?? 0) * Math.log(p[e] ?? 1);
  return sum;
};

/** Throws nothing; without pairs every number is NaN. */
export function routingStatistics(probabilities: Float32Array, experts: number): RoutingStatistics {
  const pairs = probabilities.length / experts;
  const mean = new Float64Array(experts);
  const load = new Float64Array(experts);
  let winner = 0;
  let top3 = 0;
  let gap = 0;
  let entropies = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const row = probabilities.subarray(pair * experts, (pair + 1) * experts);
    row.forEach((value, e) => (mean[e] = (mean[e] ?? 0) + value / pairs));
    const order = Array.from(row.keys()).sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0) || a - b);
    const at = (rank: number): number => row[order[rank] ?? -1] ?? 0;
    winner += at(0) / pairs;
    top3 += (at(0) + at(1) + at(2)) / pairs;
    gap += (at(0) - at(1)) / pairs;
    entropies += entropy(row) / pairs;
    load[entry(order, 0)] = (load[entry(order, 0)] ?? 0) + 1 / pairs;
  }
  const logE = Math.log(experts);
  return {
    mean: [...mean],
    effective: Math.exp(entropy(mean)),
    hhi: mean.reduce((sum, value) => sum + value ** 2, 0),
    diversity: entropy(mean) / logE,
    winnerShare: winner,
    top3Mass: top3,
    gap,
    maxLoad: Math.max(...load),
    specialisation: 1 - entropies / logE,
  };
}

/** π̄ summed per group, weighted by the experts' shares. */
export const relianceOf = (
  mean: readonly number[],
  experts: readonly Pick<Expert, 'shares'>[],
  groups: number,
): number[] =>
  Array.from({ length: groups }, (_, group) =>
    experts.reduce((sum, { shares }, e) => sum + entry(mean, e) * entry(shares, group), 0),
  );

/** π̄ summed per family in use. */
export const familyMassOf = (
  mean: readonly number[],
  experts: readonly Expert[],
  families: readonly Family[],
): number[] =>
  families.map((family) =>
    experts.reduce((sum, expert, e) => sum + (expert.family === family ? entry(mean, e) : 0), 0),
  );

/** Under which an expert's share of the training batches' routing is observed, step by step. */
export const batchRoutingKey = (expert: number): string => `batchRouting/${expert}`;
