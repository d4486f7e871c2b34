import { parseArgs } from 'node:util';
import { changedOptions, evaluationOf, modelTable } from '../../src/domain/models/catalogue';
import type { Plan } from '../../src/domain/plan';
import type { RunSummary } from '../../src/domain/run';
import { RUN_STATES, type StandingOfRun } from '../../src/domain/studyFolder';
import { estimateTime } from '../../src/domain/timeEstimate';
import { standings } from '../../src/sharing/studyStanding';
import { inWords, wrong } from '../arguments';
import { openStudy, studyReader } from './folder';
import { duration, plural, tableText } from './text';

export const STATUS_USAGE = `Usage: npm run lodestone -- status <folder> [--json]

Says how a study’s runs are: finished, running and how far, left with a checkpoint, waiting, or why they cannot be run; how fast they go, and
when the rest may be done. Reads the folder and changes nothing.

  --all               a line for every run, also those that are finished or wait
  --json              all of it as JSON

Exit codes: 0 nothing has failed, 1 some runs cannot be run, 2 wrong arguments, or no study.`;

/** Prints how a study is; resolves to the exit code. */
export async function status(words: readonly string[]): Promise<number> {
  const { values, positionals } = inWords(() =>
    parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { json: { type: 'boolean' }, all: { type: 'boolean' } },
    }),
  );
  const [folder, more] = positionals;
  if (folder === undefined || more !== undefined) return wrong('status takes the folder of one study.');
  const plan = await openStudy(folder);
  const runs = await standings(studyReader(folder), plan);
  process.stdout.write(
    values.json ? `${statusJson(plan, runs)}\n` : `${statusText(plan, runs, values.all ?? false)}\n`,
  );
  return runs.some(({ state }) => state === 'failed' || state === 'blocked') ? 1 : 0;
}

/** Seconds until all runs are done, with the workers that work now; null where nothing says it. */
export function secondsLeft(
  runs: readonly StandingOfRun[],
): { readonly seconds: number; readonly atMost: boolean } | null {
  const known = runs.flatMap(({ summary }) => summary ?? []);
  const workers = runs.filter(({ state }) => state === 'running').length;
  const open = runs.filter(({ state }) => state !== 'finished' && state !== 'failed' && state !== 'blocked');
  if (open.length === 0) return { seconds: 0, atMost: false };
  const left = open.map((one) => leftOf(one, known));
  if (workers === 0 || left.some((one) => one === null)) return null;
  const each = left.map((one) => one?.seconds ?? 0);
  const sum = each.reduce((total, seconds) => total + seconds, 0);
  // No number of workers ends a study before its longest run.
  return { seconds: Math.max(sum / workers, ...each), atMost: left.some((one) => one?.atMost) };
}

/** Of one run: by its own pace, or by that of runs that are finished. */
function leftOf(
  { run, progress }: StandingOfRun,
  known: readonly RunSummary[],
): { readonly seconds: number; readonly atMost: boolean } | null {
  const whole = estimateTime([run.experiment], known);
  if (!progress) return whole;
  const { epochs } = evaluationOf(run.experiment.config);
  const own = Math.max(0, epochs - progress.epochs) * progress.perEpoch;
  if (!whole) return { seconds: own, atMost: true };
  return {
    seconds: Math.min(own, Math.max(0, whole.seconds - progress.epochs * progress.perEpoch)),
    atMost: whole.atMost,
  };
}

function statusText(plan: Plan, runs: readonly StandingOfRun[], all: boolean): string {
  const counts = RUN_STATES.flatMap((state) => {
    const count = runs.filter((one) => one.state === state).length;
    return count > 0 ? [`${count} ${state}`] : [];
  });
  const lines = runs.filter(({ state }) => all || !['finished', 'waiting', 'blocked'].includes(state));
  const left = secondsLeft(runs);
  const blocked = runs.filter(({ state }) => state === 'blocked');
  return [
    `${plan.name}: ${plural(runs.length, 'run')}; ${counts.join(', ')}.`,
    ...(lines.length > 0
      ? ['', tableText(['run', 'state', 'epochs', 'per epoch', 'by', 'result'], lines.map(rowOf))]
      : []),
    ...runs.flatMap(({ run, failure }) =>
      failure ? ['', `${run.name} failed on ${failure.host}: ${failure.message} ${failure.hint}`] : [],
    ),
    ...(blocked.length > 0
      ? [
          '',
          `${plural(blocked.length, 'run')} cannot be run, because pre-training failed: ${blocked[0]?.waitsFor ?? ''}.`,
        ]
      : []),
    ...pace(runs),
    ...(left && left.seconds > 0
      ? [`About ${duration(left.seconds)} ${left.atMost ? 'at most ' : ''}are left with the workers that work now.`]
      : []),
  ].join('\n');
}

/** Seconds of finished runs by model. */
function pace(runs: readonly StandingOfRun[]): string[] {
  const byModel = new Map<string, RunSummary[]>();
  for (const { summary } of runs) {
    if (!summary) continue;
    const name = modelTable(summary.experiment.model).name;
    byModel.set(name, [...(byModel.get(name) ?? []), summary]);
  }
  const lines = [...byModel].map(([name, list]) => {
    const seconds = list.reduce((sum, one) => sum + one.seconds, 0);
    const epochs = list.reduce((sum, one) => sum + one.epochsDone, 0);
    return `${name}: ${duration(seconds / list.length)} a run, ${(seconds / Math.max(1, epochs)).toPrecision(3)} s an epoch`;
  });
  return lines.length > 0 ? ['', ...lines] : [];
}

function rowOf({ run, state, progress, summary, host, quiet }: StandingOfRun): string[] {
  const { epochs } = evaluationOf(run.experiment.config);
  const done = summary ? summary.epochsDone : progress?.epochs;
  const perEpoch = summary ? summary.seconds / Math.max(1, summary.epochsDone) : progress?.perEpoch;
  const silence = state === 'silent' && quiet !== null ? ` for ${duration(quiet)}` : '';
  return [
    run.name,
    `${state}${silence}`,
    done === undefined ? '' : `${done} of ${epochs}`,
    perEpoch === undefined ? '' : `${perEpoch.toPrecision(3)} s`,
    [host, summary?.device?.backend ?? progress?.device].filter(Boolean).join(', '),
    summary?.result ? `Recall@20 ${summary.result.test['recall@20'].toFixed(4)}` : '',
  ];
}

function statusJson({ name, dataset }: Plan, runs: readonly StandingOfRun[]): string {
  return JSON.stringify({
    name,
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint },
    counts: Object.fromEntries(RUN_STATES.map((state) => [state, runs.filter((one) => one.state === state).length])),
    secondsLeft: secondsLeft(runs)?.seconds ?? null,
    runs: runs.map(({ run, summary, ...rest }) => ({
      id: run.id,
      name: run.name,
      model: run.experiment.model,
      seed: run.experiment.seed,
      changed: changedOptions(run.experiment.model, run.experiment.config),
      ...rest,
      result: summary?.result ?? null,
      seconds: summary?.seconds ?? null,
      epochs: summary?.epochsDone ?? null,
      device: summary?.device ? { backend: summary.device.backend, name: summary.device.name } : null,
    })),
  });
}
