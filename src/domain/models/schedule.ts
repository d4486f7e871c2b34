import { checkedConfig, type Configurable } from './config';
import { protocolOf } from './catalogue';
import { authorsTrainingOption, decoupledDecayOptions, rateFloorOption, steppedRateOptions } from './options/schedule';
import type { Config, ConfigOf, Option } from './table';

const STEPS = { name: 'This run', options: steppedRateOptions(1) };
const FLOOR = { name: 'This run', options: [rateFloorOption] as const };
const OPTIMISER = { name: 'This run', options: [decoupledDecayOptions[0]] as const };
const DECAY = { name: 'This run', options: [decoupledDecayOptions[1]] as const };
const AUTHORS = { name: 'This run', options: [authorsTrainingOption] as const };

/** Options that only some models have: their values, or null. Throws `CONFIG_INVALID`. */
function optional<T extends Configurable>(table: T, config: Config): ConfigOf<T> | null {
  const keys = table.options.map(({ key }: Option) => key);
  if (!keys.some((key) => Object.hasOwn(config, key))) return null;
  return checkedConfig(table, Object.fromEntries(Object.entries(config).filter(([key]) => keys.includes(key))));
}

/**
 * Adam's learning rate in an epoch counted from 0: `lr · c^(e/s)`, with a floor below which no further epoch takes it, and with steps times
 * their factor. Throws `CONFIG_INVALID`.
 */
export function learningRateOf(config: Config, epoch: number): number {
  const { learningRate, lrDecay, lrDecayEpochs } = protocolOf(config);
  const floor = optional(FLOOR, config)?.lrFloor ?? 0;
  const steps = optional(STEPS, config);
  const falls = Math.min(epoch, fallsAbove(floor, learningRate, lrDecay ** (1 / lrDecayEpochs)));
  const decayed = learningRate * lrDecay ** (falls / lrDecayEpochs);
  if (!steps) return decayed;
  const passed = [steps.lrStepFirst, steps.lrStepSecond].filter((step) => step > 0 && step <= epoch);
  return decayed * steps.lrStepFactor ** passed.length;
}

/** After how many falls by `factor` the rate is still at least `floor`; a hair's breadth below it counts as at it. */
function fallsAbove(floor: number, rate: number, factor: number): number {
  if (floor === 0 || factor === 1) return Infinity;
  return Math.max(0, Math.floor(Math.log(floor / rate) / Math.log(factor) + 1e-9));
}

/** AdamW's decay; 0 for Adam. Throws `CONFIG_INVALID`. */
export function decoupledDecayOf(config: Config): number {
  const adamW = optional(OPTIMISER, config)?.optimiser === 'adamw' || startsAnew(config);
  return adamW ? (optional(DECAY, config)?.decoupledDecay ?? 0) : 0;
}

/** Whether Adam's moments and its count of steps begin at 0 in every epoch. Throws `CONFIG_INVALID`. */
export const startsAnew = (config: Config): boolean => optional(AUTHORS, config)?.training === 'authors';
