import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import type { DatasetDocument } from '../../src/domain/dataset';
import { AppError } from '../../src/domain/errors';
import type { Plan } from '../../src/domain/plan';
import { summarise, type RunSummary } from '../../src/domain/run';
import { encodePlan, PLAN_ENDING } from '../../src/sharing/planFile';
import { decodeStudyFile } from '../../src/sharing/studyFile';
import { memoryDatabase } from '../../src/storage/database';
import { loadDataset } from '../loadDataset';
import type { Reporter } from '../reporter';
import { needsOf, writeExports } from './exports';
import { writeWhole } from './files';
import { readPlan } from './folder';
import { makePlan, type Made } from './makePlan';
import { parsePlan, type PlanArguments } from './planArguments';
import { planRows, planText, type PlanRow } from './planTable';
import { slug } from './text';

/** Makes a plan, prints it and writes it; resolves to the exit code. */
export async function plan(words: readonly string[], report: Reporter): Promise<number> {
  const request = parsePlan(words);
  const dataset = await readDataset(request, report);
  const { plan: made, notes } = await planOf(request, dataset);
  const text = encodePlan(made);
  const known = (await Promise.all(request.known.map(runsOf))).flat();
  const rows = await planRows(made, request.estimate ? dataset : null, known, (done, of) => {
    if (request.estimate && done === 0 && of > 1) report.say(`Estimating the memory of ${of} configurations.`);
  });
  notes.forEach(report.say);
  process.stdout.write(request.json ? `${jsonOf(made, rows)}\n` : `${planText(made, rows)}\n`);
  const { slurm, kubernetes, xargs } = request.exports;
  // Scripts have the plan beside them.
  const elsewhere = request.wanted.kind === 'file' || [slurm, kubernetes, xargs].some((folder) => folder !== null);
  const out = request.out ?? (elsewhere ? null : `${slug(made.name)}${PLAN_ENDING}`);
  if (out !== null) {
    await writeWhole(out, text);
    report.say(`Written to ${out}.`);
  }
  await writeExports(made, needsOf(made, rows, dataset, request.exports), request.exports, report);
  return 0;
}

/** Under an id that follows from its content, so that plans of the same data share what workers keep of it. */
async function readDataset({ data, reading }: PlanArguments, report: Reporter): Promise<DatasetDocument> {
  const dataset = await loadDataset(memoryDatabase(), 'dataset', data, { reading }, report);
  return { ...dataset, id: dataset.fingerprint.slice(0, 16) };
}

async function planOf(request: PlanArguments, dataset: DatasetDocument): Promise<Made> {
  const { wanted } = request;
  if (wanted.kind !== 'file') return makePlan(request, wanted, dataset);
  const found = await readPlan(wanted.path);
  if (found.dataset.fingerprint === dataset.fingerprint) return { plan: found, notes: [] };
  throw new AppError(
    'DATA_OTHER',
    `${request.data} is not the dataset of the plan ${basename(wanted.path)}, which was made for ${found.dataset.name}.`,
    'Give the folder from which the plan was made.',
  );
}

/** Runs of a study that say how long such runs take. */
async function runsOf(path: string): Promise<RunSummary[]> {
  const file = await openAsBlob(path).catch((error: unknown) => {
    throw new AppError('FILE_UNREADABLE', `${path} cannot be read: ${String(error)}.`, 'Check the path.');
  });
  return (await decodeStudyFile(basename(path), file)).runs.map(({ run }) => summarise(run));
}

function jsonOf(made: Plan, rows: readonly PlanRow[]): string {
  return JSON.stringify({
    name: made.name,
    dataset: made.dataset,
    rows: rows.map(({ runs, ...row }) => ({ ...row, seeds: runs.map(({ experiment }) => experiment.seed) })),
  });
}
