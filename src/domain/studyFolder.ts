import type { Fault } from './errors';
import type { Plan, PlannedRun } from './plan';
import type { RunSummary } from './run';

/**
 * The folder of a study that workers share, as whoever reads it finds it.
 *
 *     plan.json                        the plan, as the first worker brought it
 *     runs/<id>/lease.<n>              who has the run; its time is its holder’s last sign
 *     runs/<id>/released.<n>           the n-th holder gave it back
 *     runs/<id>/advanced.<n>           the n-th holder has written a checkpoint
 *     runs/<id>/checkpoint.<n>/slot*   checkpoints of the n-th holder
 *     runs/<id>/progress.json          how far it is
 *     runs/<id>/failed.json            why it cannot be run
 *     runs/<id>/result/                the finished run; there as a whole or not at all
 */
export const STUDY_PLAN = 'plan.json';
export const RUNS = 'runs';
export const PROGRESS = 'progress.json';
export const FAILED = 'failed.json';
export const RESULT = 'result';
export const SUMMARY = 'summary.json';
export const STUDY = 'run.lodestone.json';
export const WEIGHTS = 'weights.safetensors';

/** What the names in a run’s folder say of it. */
export type Standing = 'finished' | 'failed' | 'begun' | 'untouched';

export function standingOf(names: readonly string[]): Standing {
  if (names.includes(RESULT)) return 'finished';
  if (names.includes(FAILED)) return 'failed';
  return names.some((name) => name.startsWith('lease.')) ? 'begun' : 'untouched';
}

/** What a folder’s names say of its leases. */
export interface Leases {
  /** The number of the newest; 0 where there was none. */
  readonly newest: number;
  /** Whether its holder gave it back. */
  readonly released: boolean;
}

export function leasesIn(names: readonly string[]): Leases {
  const numbers = names.flatMap((name) => {
    const found = /^lease\.(\d+)$/.exec(name);
    return found ? [Number(found[1])] : [];
  });
  const newest = Math.max(0, ...numbers);
  return { newest, released: names.includes(`released.${newest}`) };
}

export interface LeaseText {
  readonly host: string;
  readonly pid: number;
  /** ISO 8601, by the holder’s clock. */
  readonly made: string;
  /** After so many seconds without a sign the holder is taken for dead. */
  readonly seconds: number;
}

/** Why a run cannot be run, and who found out. */
export type Failure = Fault & { readonly host: string; readonly at: string };

/** One evaluation: the epoch, from 1, and Recall@20 on validation. */
export type CurvePoint = readonly [epoch: number, recall: number];

/** How far a run is: epochs done of at most so many, and the seconds that one takes. */
export interface RunProgress {
  readonly epochs: number;
  readonly of: number;
  readonly perEpoch: number;
  readonly device: string;
  readonly at: string;
  /** Evenly thinned; absent in notes of older versions. */
  readonly curve?: readonly CurvePoint[];
}

/** How a run of a study is. `silent`: its worker gives no sign; another takes it up. `blocked`: one that it needs has failed. */
export type RunState = 'finished' | 'running' | 'silent' | 'left' | 'waiting' | 'failed' | 'blocked';
export const RUN_STATES: readonly RunState[] = [
  'finished',
  'running',
  'silent',
  'left',
  'waiting',
  'failed',
  'blocked',
];

export interface StandingOfRun {
  readonly run: PlannedRun;
  readonly state: RunState;
  /** Of a finished run; null where it cannot be read. */
  readonly summary: RunSummary | null;
  /** Of a run that has begun, and whose worker has noted it. */
  readonly progress: RunProgress | null;
  /** Who has it or had it last. */
  readonly host: string | null;
  /** Seconds since its worker gave a sign. */
  readonly quiet: number | null;
  readonly failure: Failure | null;
  /** Why it is blocked: the name of the run that failed. */
  readonly waitsFor: string | null;
}

/** Reads a study’s folder; paths are relative to it, with `/`. What is not there is nothing; what cannot be read throws. */
export interface StudyReader {
  /** Names in a folder. */
  names(path: string): Promise<readonly string[]>;
  /** The text of a small file. */
  text(path: string): Promise<string | null>;
  /** Seconds since a file was last written. */
  quiet(path: string): Promise<number | null>;
}

/** What stands in a run’s way: the first of the runs it needs that has failed, or is blocked itself. */
export function withBlocked(plan: Plan, standings: readonly StandingOfRun[]): StandingOfRun[] {
  const found = new Map<string, StandingOfRun>();
  for (const standing of standings) {
    const before = standing.run.after
      .map((id) => found.get(id))
      .find((one) => one?.state === 'failed' || one?.state === 'blocked');
    const blocked = before !== undefined && standing.state !== 'finished';
    found.set(standing.run.id, blocked ? { ...standing, state: 'blocked', waitsFor: before.run.name } : standing);
  }
  return plan.runs.flatMap(({ id }) => found.get(id) ?? []);
}
