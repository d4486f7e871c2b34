import type { Series, VerticalMark } from '../../charts/series';
import { completeConfig, modelTable } from '../../domain/models/catalogue';
import type { Config, ModelId, RouterShape, StageRule } from '../../domain/models/table';
import type { Finding } from '../../domain/observations';
import { ratioReach, routingCells } from '../../domain/routes';
import { batchRoutingKey } from '../../domain/routing';
import type { EpochPoint, TermPoint } from '../../domain/run';
import { epochsDone, type Curves } from '../readings/curves';
import { observedSeries, stageSwitch } from '../readings/observations';

interface Configured {
  readonly model: ModelId;
  readonly config: Config;
}

/** The experts of a run, as its configuration and its first findings name them; null without a router. */
export function routerShape({ model, config }: Configured, findings: readonly Finding[]): RouterShape | null {
  const named = findings.find((finding) => finding.kind === 'parts' && finding.key === 'reliance');
  if (named?.kind !== 'parts') return null;
  return modelTable(model).routing?.shape(completeConfig(model, config), named.names) ?? null;
}

/** When a run's router is told to turn from coverage to confidence; null without a router. */
export const stageRule = ({ model, config }: Configured): StageRule | null =>
  modelTable(model).routing?.stages(completeConfig(model, config)) ?? null;

/** One epoch's routing of the validation pairs. */
export interface RoutingFrame {
  /** 0-based. */
  readonly epoch: number;
  readonly step: number;
  /** π̄ `[E]` */
  readonly mean: readonly number[];
  /** `[groups][families]` */
  readonly cells: readonly (readonly (number | null)[])[];
  readonly reliance: readonly number[];
  readonly familyMass: readonly number[];
  readonly effective: number;
  readonly hhi: number;
  readonly diversity: number;
  readonly winnerShare: number;
  readonly top3Mass: number;
  readonly maxLoad: number;
  readonly specialisation: number;
}

export function routingFrames(
  epochs: readonly EpochPoint[],
  { experts, groups, families }: RouterShape,
): RoutingFrame[] {
  return epochs.flatMap(({ epoch, step, observed }): RoutingFrame[] => {
    const mean = observed?.['routing'];
    if (!observed || !mean) return [];
    const one = (key: string): number => observed[key]?.[0] ?? NaN;
    return [
      {
        epoch,
        step,
        mean,
        cells: routingCells(mean, experts, groups.length, families),
        reliance: observed['reliance'] ?? [],
        familyMass: observed['familyMass'] ?? [],
        effective: one('effectiveExperts'),
        hhi: one('hhi'),
        diversity: one('diversity'),
        winnerShare: one('winnerShare'),
        top3Mass: one('top3Mass'),
        maxLoad: one('maxLoad'),
        specialisation: one('specialisation'),
      },
    ];
  });
}

/** The routing of the training batches of one interval. */
export type BatchRouting = Pick<RoutingFrame, 'epoch' | 'step' | 'mean' | 'cells'>;

/** The newest interval's routing; null if it recorded none. */
export function newestRouting(
  intervals: readonly TermPoint[],
  { experts, groups, families }: RouterShape,
): BatchRouting | null {
  const last = intervals.at(-1);
  const mean = experts.map((_, expert) => last?.observed?.[batchRoutingKey(expert)] ?? NaN);
  if (!last || !mean.every(Number.isFinite)) return null;
  return { epoch: last.epoch, step: last.step, mean, cells: routingCells(mean, experts, groups.length, families) };
}

/** The largest departure from an even share in all epochs: one scale for all of them. */
export const reachOf = (frames: readonly Pick<RoutingFrame, 'cells'>[]): number =>
  ratioReach(frames.map(({ cells }) => cells));

const ENTROPY = { key: 'entropy', title: 'H̃, training batches', help: '', kind: 'curve' } as const;

/** H̃ of the batches, and what the routing of the validation pairs looked like: all of them shares of one. */
export function timelineSeries(curves: Curves, frames: readonly RoutingFrame[], experts: number): Series[] {
  const line = (name: string, value: (frame: RoutingFrame) => number): Series => ({
    name,
    kind: 'evaluation',
    points: frames.map((frame) => [epochsDone(frame.step, curves), value(frame)]),
  });
  return [
    ...observedSeries(curves, ENTROPY),
    line('N_eff / E', ({ effective }) => effective / experts),
    line('SpecScore', ({ specialisation }) => specialisation),
    line('Winner Share', ({ winnerShare }) => winnerShare),
    line('Top3Mass', ({ top3Mass }) => top3Mass),
    line('MaxLoad', ({ maxLoad }) => maxLoad),
  ];
}

/** The window of steps that triggered the second stage, and its switch. */
export function triggerMarks(curves: Curves, rule: StageRule | null): VerticalMark[] {
  const step = stageSwitch(curves);
  if (step === null) return [];
  const window =
    rule?.kind === 'entropy' ? [{ x: epochsDone(Math.max(0, step - rule.window), curves), label: 'trigger' }] : [];
  return [...window, { x: epochsDone(step, curves), label: 'stage 2' }];
}

/** 1 until the switch's epoch has ended without it. */
export function stageOf({ step }: RoutingFrame, switched: number | null, rule: StageRule | null): 1 | 2 {
  if (rule?.kind === 'confidenceOnly') return 2;
  return switched !== null && step >= switched ? 2 : 1;
}
