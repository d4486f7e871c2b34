import { entry } from './at';
import type { DatasetDocument } from './dataset';
import { completeConfig, configProblems, idleBecause, modelTable } from './models/catalogue';
import type { Config, ModelId, Option, OptionValue } from './models/table';
import { configLacks } from './needs';
import type { Experiment, RunGroup, Sweep, SweepAxis, SweepRange } from './run';

export const MOST_AXES = 4;
/** More runs than this are refused: a queue of them would outlive the study. */
export const MOST_RUNS = 500;
/** Products up to this size are drawn from a shuffled list, larger ones (and ranges) by trial. */
const LISTED = 20_000;

type Base = Omit<Experiment, 'seed'>;

/** What is asked of a sweep before anything is drawn; a ranged axis has no values yet. */
export interface SweepRequest {
  readonly axes: readonly SweepAxis[];
  readonly method: Sweep['method'];
  /** Points wanted; read of random draws alone. */
  readonly draws: number;
  readonly drawSeed: number;
}

/** One configuration of a sweep. */
export interface SweepPoint {
  /** The values of the axes. */
  readonly values: Config;
  /** All options. */
  readonly config: Config;
}

export interface SweepPlan {
  /** As they will be run, in this order. */
  readonly points: readonly SweepPoint[];
  /** Combinations of a grid that are not run, each with the reason. */
  readonly leftOut: readonly { readonly values: Config; readonly reason: string }[];
  /** With the values drawn from ranges filled in. */
  readonly axes: readonly SweepAxis[];
}

/** The options that a sweep may vary, in the order of the model's table. */
export const sweepOptions = (model: ModelId): Option[] => modelTable(model).options.filter(({ sweep }) => sweep);

/** What an axis over this option starts from: what the paper searched, all choices, or the value on the form. */
export function suggestedValues(option: Option, value: OptionValue | undefined): readonly OptionValue[] {
  switch (option.type) {
    case 'boolean':
      return [true, false];
    case 'choice':
      return option.choices.map((choice) => choice.value);
    case 'integer':
    case 'number':
      return option.suggested ?? [typeof value === 'number' ? value : option.default];
  }
}

/** `layers=2, regWeight=0.001`: what a point is called in tables. */
export const pointLabel = (values: Config): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');

/** How many combinations the listed values have; infinite with a range. */
export const combinations = (axes: readonly SweepAxis[]): number =>
  axes.reduce((product, { values, range }) => product * (range ? Infinity : values.length), 1);

/**
 * The points of a sweep around `base`: all combinations, or `draws` of them without a repeat. A combination is left out when
 * the model's table refuses it, the dataset lacks what it needs, or it differs from an earlier one only in options that
 * have no effect there.
 */
export function planSweep(
  base: Base,
  request: SweepRequest,
  dataset: Pick<DatasetDocument, 'name' | 'features' | 'statistics'>,
): SweepPlan {
  const { axes, method } = request;
  const wanted = method === 'grid' ? MOST_RUNS : Math.min(request.draws, MOST_RUNS);
  const points: SweepPoint[] = [];
  const leftOut: { values: Config; reason: string }[] = [];
  const seen = new Map<string, SweepPoint>();
  for (const values of candidates(base.model, request)) {
    if (points.length >= wanted) break;
    const config = { ...base.config, ...values };
    const twin = seen.get(effectKey(base.model, config));
    const [problem] = configProblems(base.model, config).values();
    const reason =
      problem ??
      configLacks(base.model, config, dataset) ??
      (twin ? twinWords(base.model, { values, config }, twin) : null);
    if (reason !== null) {
      leftOut.push({ values, reason });
      continue;
    }
    const point = { values, config: completeConfig(base.model, config) };
    seen.set(effectKey(base.model, point.config), point);
    points.push(point);
  }
  return {
    points,
    leftOut: method === 'grid' ? leftOut : [],
    axes: axes.map((axis) => (axis.range ? { ...axis, values: drawnValues(axis.key, points) } : axis)),
  };
}

/** Runs of the points, one per seed, points side by side so that the picture fills seed by seed. */
export function sweepRuns(
  base: Base,
  points: readonly SweepPoint[],
  seeds: readonly number[],
  group: Omit<RunGroup, 'variant'>,
): { readonly experiment: Experiment; readonly group: RunGroup }[] {
  return seeds.flatMap((seed) =>
    points.map(({ values, config }) => ({
      experiment: { ...base, config, seed },
      group: { ...group, variant: pointLabel(values) },
    })),
  );
}

/** The values that a run has on a sweep's axes. */
export function pointOf(axes: readonly SweepAxis[], config: Config): Config {
  return Object.fromEntries(axes.flatMap(({ key }) => (config[key] === undefined ? [] : [[key, config[key]]])));
}

function* candidates(model: ModelId, { axes, method, draws, drawSeed }: SweepRequest): Generator<Config> {
  if (axes.length === 0) return;
  const size = combinations(axes);
  if (method === 'grid') {
    for (let place = 0; place < Math.min(size, LISTED); place++) yield combination(axes, place);
    return;
  }
  const uniform = uniformNumbers(drawSeed);
  if (size <= LISTED) {
    const order = Array.from({ length: size }, (_, place) => place);
    for (let left = size; left > 0; left--) {
      const pick = Math.floor(uniform() * left);
      yield combination(axes, entry(order, pick));
      order[pick] = entry(order, left - 1);
    }
    return;
  }
  // A range of few whole numbers is used up at some time: then the draws end.
  const tries = 1000 + 50 * draws;
  for (let attempt = 0; attempt < tries; attempt++) {
    yield Object.fromEntries(
      axes.map((axis) => [
        axis.key,
        axis.range
          ? draw(axis.range, isWhole(model, axis.key), uniform())
          : entry(axis.values, Math.floor(uniform() * axis.values.length)),
      ]),
    );
  }
}

/** The combination at `place`, the last axis running fastest. */
function combination(axes: readonly SweepAxis[], place: number): Config {
  let rest = place;
  const values = axes.toReversed().map(({ key, values: listed }): readonly [string, OptionValue] => {
    const value = entry(listed, rest % listed.length);
    rest = Math.floor(rest / listed.length);
    return [key, value];
  });
  return Object.fromEntries(values.reverse());
}

const isWhole = (model: ModelId, key: string): boolean =>
  modelTable(model).options.some((option) => option.key === key && option.type === 'integer');

/** A value of the range at `share` in [0, 1): a whole number, or one of three significant digits, which reads well and loses nothing. */
function draw({ low, high, log }: SweepRange, whole: boolean, share: number): number {
  const room = whole ? 0.5 : 0;
  const [from, to] = [low - (log && low - room <= 0 ? 0 : room), high + room];
  const value = log ? Math.exp(Math.log(from) + share * (Math.log(to) - Math.log(from))) : from + share * (to - from);
  return Math.min(high, Math.max(low, whole ? Math.round(value) : Number(value.toPrecision(3))));
}

/** The configuration without what has no effect in it: equal for two that lead to the same model. */
export function effectKey(model: ModelId, config: Config): string {
  return JSON.stringify(
    modelTable(model)
      .options.filter((option) => idleBecause(model, option, config) === null)
      .map(({ key }) => [key, config[key]]),
  );
}

function twinWords(model: ModelId, point: SweepPoint, twin: SweepPoint): string {
  const idle = modelTable(model).options.filter(
    (option) =>
      point.values[option.key] !== twin.values[option.key] && idleBecause(model, option, point.config) !== null,
  );
  const labels = idle.map(({ label }) => `“${label}”`).join(' and ');
  return labels === ''
    ? `Same as ${pointLabel(twin.values)}.`
    : `Same as ${pointLabel(twin.values)}: ${labels} ${idle.length > 1 ? 'have' : 'has'} no effect there.`;
}

function drawnValues(key: string, points: readonly SweepPoint[]): OptionValue[] {
  const values = new Set(points.flatMap(({ values: { [key]: value } }) => (typeof value === 'number' ? [value] : [])));
  return [...values].sort((a, b) => a - b);
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function uniformNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
