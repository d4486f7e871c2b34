import type { Series, VerticalMark } from '../../charts/series';
import type { ModelTable } from '../../domain/models/table';
import type { Finding, Observation } from '../../domain/observations';
import type { EpochPoint } from '../../domain/run';
import { epochsDone, type Curves, type EpochCurves } from './curves';

/** Lines of parts that one chart can hold and still be told apart. */
const MOST_PARTS = 12;

/** The model's observations that the run has values of; all of them until its first epoch has ended. */
export function offeredObservations(model: ModelTable, curves: Curves): readonly Observation[] {
  const all = model.observations ?? [];
  if (curves.epochs.length === 0) return all;
  return all.filter(
    ({ key }) =>
      curves.intervals.some(({ observed }) => observed?.[key] !== undefined) ||
      curves.epochs.some(({ observed }) => observed?.[key] !== undefined),
  );
}

/** One line: a point per reporting interval where the run has them, otherwise per epoch. */
export function observedSeries(curves: Curves, { key, title }: Observation): Series[] {
  const steps = curves.intervals.filter(({ observed }) => observed?.[key] !== undefined);
  if (steps.length > 0)
    return [
      {
        name: title,
        kind: 'signal',
        points: steps.map(({ step, observed }) => [epochsDone(step, curves), observed?.[key] ?? NaN]),
      },
    ];
  const epochs = epochsWith(curves, key);
  return epochs.length === 0
    ? []
    : [
        {
          name: title,
          kind: 'evaluation',
          points: epochs.map((point) => [epochsDone(point.step, curves), valuesOf(point, key)[0] ?? NaN]),
        },
      ];
}

/**
 * One line per part, over epochs. Of more than twelve the eleven with the largest latest values are drawn, and the others as
 * their sum.
 */
export function partsSeries(curves: EpochCurves, key: string, names: readonly string[]): Series[] {
  const epochs = epochsWith(curves, key);
  const latest = epochs.at(-1);
  if (!latest) return [];
  const last = valuesOf(latest, key);
  const line = (name: string, parts: readonly number[]): Series => ({
    name,
    kind: 'evaluation',
    points: epochs.map((point) => [
      epochsDone(point.step, curves),
      parts.reduce((sum, part) => sum + (valuesOf(point, key)[part] ?? NaN), 0),
    ]),
  });
  const parts = last.map((_, part) => part);
  const nameOf = (part: number): string => names[part] ?? `part ${part + 1}`;
  if (parts.length <= MOST_PARTS) return parts.map((part) => line(nameOf(part), [part]));
  const largest = [...parts].sort((a, b) => (last[b] ?? 0) - (last[a] ?? 0)).slice(0, MOST_PARTS - 1);
  const others = parts.filter((part) => !largest.includes(part));
  return [
    ...parts.filter((part) => largest.includes(part)).map((part) => line(nameOf(part), [part])),
    line(`${others.length} others, summed`, others),
  ];
}

/** What the parts are called: as the finding of the same key says; the shares of the gradient are those of the loss terms. */
export function partNames(
  key: string,
  findings: readonly Finding[],
  curves: EpochCurves,
  model: ModelTable,
): readonly string[] {
  const finding = findings.find((one) => one.kind === 'parts' && one.key === key);
  if (finding?.kind === 'parts') return finding.names;
  if (!key.startsWith('gradientShare/')) return [];
  return Object.keys(curves.epochs[0]?.terms ?? {}).map(
    (term) => model.terms.find((one) => one.key === term)?.label ?? term,
  );
}

/** A histogram of every epoch on one scale; bins that stay empty at either end are left out. */
export interface HistogramFrames {
  readonly edges: readonly number[];
  /** 0-based epochs, in order. */
  readonly frames: readonly { readonly epoch: number; readonly counts: readonly number[] }[];
  readonly highest: number;
}

export function histogramFrames(curves: EpochCurves, key: string, edges: readonly number[]): HistogramFrames {
  const all = epochsWith(curves, key).map((point) => ({ epoch: point.epoch, counts: valuesOf(point, key) }));
  const used = edges.slice(1).flatMap((_, bin) => (all.some(({ counts }) => (counts[bin] ?? 0) > 0) ? [bin] : []));
  const first = used[0] ?? 0;
  const last = used.at(-1) ?? edges.length - 2;
  const frames = all.map(({ epoch, counts }) => ({ epoch, counts: counts.slice(first, last + 1) }));
  return {
    edges: edges.slice(first, last + 2),
    frames,
    highest: Math.max(0, ...frames.flatMap(({ counts }) => counts)),
  };
}

/** Whether bins have different widths, so that drawn to scale most could not be seen. */
export function unevenBins(edges: readonly number[]): boolean {
  const widths = edges.slice(1).map((edge, bin) => edge - (edges[bin] ?? 0));
  return Math.max(...widths) > 1.5 * Math.min(...widths);
}

/** Step at which the router's regulariser turned from coverage to confidence; null while, or where, it did not. */
export function stageSwitch(curves: EpochCurves): number | null {
  return epochsWith(curves, 'switchStep').map((point) => valuesOf(point, 'switchStep')[0])[0] ?? null;
}

export function stageMarks(curves: EpochCurves): readonly VerticalMark[] {
  const step = stageSwitch(curves);
  return step === null ? [] : [{ x: epochsDone(step, curves), label: 'stage 2' }];
}

const valuesOf = (point: EpochPoint, key: string): readonly number[] => point.observed?.[key] ?? [];
const epochsWith = (curves: EpochCurves, key: string): readonly EpochPoint[] =>
  curves.epochs.filter(({ observed }) => observed?.[key] !== undefined);
