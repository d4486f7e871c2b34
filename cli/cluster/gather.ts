import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { csvText } from '../../src/domain/csv';
import { AppError, faultOf } from '../../src/domain/errors';
import { devicesOf, isMixed, MIXED_DEVICES, type DeviceRuns } from '../../src/domain/devices';
import type { Plan } from '../../src/domain/plan';
import { RESULT, STUDY, type RunState, type StandingOfRun } from '../../src/domain/studyFolder';
import { decodeStudyFile, STUDY_ENDING, type StudyRun } from '../../src/sharing/studyFile';
import { standings } from '../../src/sharing/studyStanding';
import { encodeStudy } from '../../workers/sharing/exportRuns';
import { inWords, wrong } from '../arguments';
import type { Reporter } from '../reporter';
import { writeWhole } from './files';
import { openStudy, runFolder, studyReader } from './folder';
import { plural, slug } from './text';

export const GATHER_USAGE = `Usage: npm run lodestone -- gather <folder> [--out <file.lodestone.json>]

Puts the finished runs of a study into one file, which the page imports, and lists what is not finished, and why. The runs’ weights stay in the
folder: drop those that you want on the page, together with the file.

  --out file          where it is written (default: in the folder, by the study’s name); the list lies beside it as .missing.csv
  --without-users     leave out what is kept of single users, for a study that would be too large for one file
  --json              print what was gathered as JSON

Exit codes: 0 every run of the plan is in the file, 1 some are not, 2 wrong arguments, or no study.`;

/** A run that is not in the file. */
interface Missing {
  readonly id: string;
  readonly name: string;
  readonly state: RunState | 'unreadable';
  readonly why: string;
}

/** Writes the file and the list; resolves to the exit code. */
export async function gather(words: readonly string[], report: Reporter): Promise<number> {
  const { values, positionals } = inWords(() =>
    parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { out: { type: 'string' }, 'without-users': { type: 'boolean' }, json: { type: 'boolean' } },
    }),
  );
  const [folder, more] = positionals;
  if (folder === undefined || more !== undefined) return wrong('gather takes the folder of one study.');
  const plan = await openStudy(folder);
  const out = values.out ?? join(folder, `${slug(plan.name)}${STUDY_ENDING}`);
  const { runs, missing } = await collected(folder, plan, values['without-users'] ?? false);
  if (runs.length === 0)
    throw new AppError(
      'PLAN_EMPTY',
      `No run of “${plan.name}” is finished.`,
      `npm run lodestone -- status ${folder} says how they are.`,
    );
  const file = await encodeStudy({ datasets: [plan.dataset], runs }, new Date());
  await writeWhole(out, new Uint8Array(await file.arrayBuffer()));
  await writeWhole(`${out.replace(STUDY_ENDING, '')}.missing.csv`, missingCsv(missing));
  const documents = runs.map(({ run }) => run);
  const devices = devicesOf(documents);
  if (values.json)
    process.stdout.write(
      `${JSON.stringify({ file: out, runs: runs.length, devices: devices.map((one) => ({ ...one, runs: one.runs.length })), missing })}\n`,
    );
  else process.stdout.write(`${gatheredText(out, runs.length, devices, missing)}\n`);
  if (devices.length > 1) report.say(devicesText(devices));
  return missing.length === 0 ? 0 : 1;
}

async function collected(
  folder: string,
  plan: Plan,
  withoutUsers: boolean,
): Promise<{ readonly runs: readonly StudyRun[]; readonly missing: readonly Missing[] }> {
  const runs: StudyRun[] = [];
  const missing: Missing[] = [];
  for (const standing of await standings(studyReader(folder), plan)) {
    const { run, state } = standing;
    if (state !== 'finished') {
      missing.push({ id: run.id, name: run.name, state, why: whyMissing(standing) });
      continue;
    }
    const result = join(runFolder(folder, run.id), RESULT);
    try {
      const study = await decodeStudyFile(STUDY, await openAsBlob(join(result, STUDY)));
      runs.push(...study.runs.map((one) => (withoutUsers ? { ...one, details: null } : one)));
    } catch (error) {
      const why = `Its result cannot be read: ${faultOf(error).message} Delete ${result}, and a worker does it again.`;
      missing.push({ id: run.id, name: run.name, state: 'unreadable', why });
    }
  }
  return { runs, missing };
}

function whyMissing({ state, failure, waitsFor, host, progress }: StandingOfRun): string {
  const far = progress ? ` It is at epoch ${progress.epochs} of ${progress.of}.` : '';
  switch (state) {
    case 'failed':
      return failure ? `${failure.message} ${failure.hint}` : 'It failed, and the reason cannot be read.';
    case 'blocked':
      return `A run that it needs failed: ${waitsFor ?? ''}.`;
    case 'running':
      return `It runs on ${host ?? 'an unknown machine'}.${far}`;
    case 'silent':
      return `Its worker on ${host ?? 'an unknown machine'} gives no sign; start a worker to go on.${far}`;
    case 'left':
      return `Its worker was told to stop; start a worker to go on.${far}`;
    case 'waiting':
    case 'finished':
      return 'No worker has begun it.';
  }
}

const missingCsv = (missing: readonly Missing[]): string =>
  [['id', 'name', 'state', 'why'], ...missing.map(({ id, name, state, why }) => [id, name, state, why])]
    .map((row) => `${row.map(csvText).join(',')}\r\n`)
    .join('');

const onDevice = ({ backend, name, runs }: DeviceRuns<unknown>): string =>
  `${plural(runs.length, 'run')} on ${backend} (${name})`;

const devicesText = (devices: readonly DeviceRuns<unknown>[]): string =>
  isMixed(devices)
    ? `Mixed devices: ${devices.map(onDevice).join(', ')}. ${MIXED_DEVICES}`
    : `Several devices: ${devices.map(onDevice).join(', ')}.`;

function gatheredText(
  out: string,
  count: number,
  devices: readonly DeviceRuns<unknown>[],
  missing: readonly Missing[],
): string {
  const [device] = devices;
  return [
    `${plural(count, 'run')} in ${out}${devices.length === 1 && device ? `, all on ${device.backend} (${device.name})` : ''}.`,
    ...(missing.length > 0 ? [`${plural(missing.length, 'run')} not finished:`] : []),
    ...missing.map(({ name, state, why }) => `  ${name}: ${state}. ${why}`),
  ].join('\n');
}
