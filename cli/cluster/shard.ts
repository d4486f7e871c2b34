import type { Shard } from '../../src/domain/plan';
import { wrong } from '../arguments';

type Environment = Readonly<Record<string, string | undefined>>;

/** The part of a plan that `--shard` names (`2/8`, or `all`); without it the one that a job array says; null: all of it. Throws `COMMAND_LINE`. */
export function shardFrom(given: string | null, environment: Environment): Shard | null {
  if (given === 'all') return null;
  if (given === null) return slurmShard(environment) ?? kubernetesShard(environment);
  const found = /^(\d{1,6})\/(\d{1,6})$/.exec(given);
  const [place, of] = [Number(found?.[1]), Number(found?.[2])];
  if (!found || place < 1 || place > of)
    return wrong(`--shard must be like 2/8, the second of eight parts, or all, not “${given}”.`);
  return { place, of };
}

/**
 * A task of Slurm’s job array. Its ids start at any number and may have a step. Where ids and count do not fit (`--array=1,5,7`), there is no shard: every such
 * task takes whatever run is free.
 */
function slurmShard(environment: Environment): Shard | null {
  const id = wholeOf(environment['SLURM_ARRAY_TASK_ID']);
  const of = wholeOf(environment['SLURM_ARRAY_TASK_COUNT']);
  if (id === null || of === null) return null;
  const min = wholeOf(environment['SLURM_ARRAY_TASK_MIN']) ?? 0;
  const max = wholeOf(environment['SLURM_ARRAY_TASK_MAX']) ?? min + of - 1;
  const step = of === 1 ? 1 : (max - min) / (of - 1);
  const place = (id - min) / step + 1;
  return regular(place, of);
}

/** A pod of an indexed Job. Kubernetes does not tell the count; the Job that `plan --kubernetes` writes sets it. */
function kubernetesShard(environment: Environment): Shard | null {
  const index = wholeOf(environment['JOB_COMPLETION_INDEX']);
  const of = wholeOf(environment['JOB_COMPLETION_COUNT']);
  return index === null || of === null ? null : regular(index + 1, of);
}

const regular = (place: number, of: number): Shard | null =>
  Number.isInteger(place) && place >= 1 && place <= of ? { place, of } : null;

const wholeOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
