import { join } from 'node:path';
import type { DatasetDocument } from '../../src/domain/dataset';
import type { Plan } from '../../src/domain/plan';
import { encodePlan, PLAN_ENDING } from '../../src/sharing/planFile';
import type { Reporter } from '../reporter';
import { makeFolder, writeWhole } from './files';
import { containerFile, kubernetesReadme, kubernetesJob } from './kubernetes';
import type { Needs } from './needs';
import type { ExportArguments } from './planArguments';
import { processBytes, type PlanRow } from './planTable';
import { slurmReadme, slurmScript, xargsReadme, xargsScript } from './scripts';
import { slug } from './text';

const MOST_WORKERS = 16;
/** Beside the run: each worker bundles the command line as it starts, which was measured to take 0.95 GiB before a run of 0.3 GiB. */
const OWN_BYTES = 800 * 2 ** 20;
/** Beside a dataset that is imported, of which the process then holds two. */
const IMPORT_BYTES = 300 * 2 ** 20;
/** Estimates are no promises. */
const RESERVE = 1.25;
const STEP = 256;

/** What the workers of a plan need. */
export function needsOf(
  plan: Plan,
  rows: readonly PlanRow[],
  dataset: DatasetDocument,
  wanted: ExportArguments,
): Needs {
  const workers = wanted.workers ?? Math.min(plan.runs.length, MOST_WORKERS);
  const each = rows.map(({ memory }) => memory && processBytes(memory, wanted.gpu));
  const largest = each.reduce<number | null>(
    (most, one) => (most === null || one === null ? null : Math.max(most, one)),
    0,
  );
  const bytes = largest === null ? null : RESERVE * (OWN_BYTES + Math.max(largest, IMPORT_BYTES + 2 * dataset.bytes));
  return {
    name: slug(plan.name),
    planFile: `${slug(plan.name)}${PLAN_ENDING}`,
    workers,
    gpu: wanted.gpu,
    cores: wanted.gpu ? Math.min(wanted.cores, 4) : wanted.cores,
    mebibytes: bytes === null ? null : STEP * Math.ceil(bytes / 2 ** 20 / STEP),
    minutes: wanted.minutes ?? minutesOf(rows, workers),
    files: plan.dataset.demo === null,
  };
}

/** Twice what a worker’s part may take, and never less than twice the longest run; null where the time of a run is not known. */
function minutesOf(rows: readonly PlanRow[], workers: number): number | null {
  const each = rows.map(({ seconds, runs }) => ({ seconds: seconds ?? NaN, count: runs.length }));
  const sum = each.reduce((total, { seconds, count }) => total + seconds * count, 0);
  const longest = Math.max(...each.map(({ seconds }) => seconds));
  const seconds = 2 * Math.max(sum / workers, longest);
  return Number.isFinite(seconds) ? Math.max(10, Math.ceil(seconds / 60)) : null;
}

/** Writes the plan with the scripts that were asked for, each into its folder. */
export async function writeExports(plan: Plan, needs: Needs, wanted: ExportArguments, report: Reporter): Promise<void> {
  const files: readonly (readonly [folder: string | null, files: Readonly<Record<string, string>>])[] = [
    [wanted.slurm, { [`${needs.name}.sbatch`]: slurmScript(needs), 'README.md': slurmReadme(needs) }],
    [
      wanted.kubernetes,
      { 'job.yaml': kubernetesJob(needs), Containerfile: containerFile(needs), 'README.md': kubernetesReadme(needs) },
    ],
    [wanted.xargs, { [`${needs.name}.sh`]: xargsScript(needs), 'README.md': xargsReadme(needs) }],
  ];
  for (const [folder, texts] of files) {
    if (folder === null) continue;
    await makeFolder(folder);
    for (const [name, text] of Object.entries({ [needs.planFile]: encodePlan(plan), ...texts }))
      await writeWhole(join(folder, name), text);
    report.say(`Written to ${folder}: ${[needs.planFile, ...Object.keys(texts)].join(', ')}.`);
  }
}
