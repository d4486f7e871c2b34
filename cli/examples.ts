import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isModelId } from '../src/domain/models/catalogue';
import type { Config, ModelId } from '../src/domain/models/table';
import { startConfig } from '../src/domain/presets';
import { newRun, type RunDocument } from '../src/domain/run';
import { runName } from '../src/domain/runName';
import { sharedStudy } from '../src/domain/shared';
import { encodeStudy } from '../src/sharing/link';
import { memoryDatabase } from '../src/storage/database';
import { writeRun } from '../src/storage/runs';
import { RunControl } from '../workers/training/control';
import { executeRun } from '../workers/training/run';
import { loadDataset } from './loadDataset';
import { nodeHost } from './nodeHost';

/** What the page opens as a finished study; the definitions are data, as a plan is. */
type Examples = Readonly<Record<string, Example>>;

interface Example {
  /** The options that are varied, where the runs are points of a sweep. */
  readonly sweep?: readonly string[];
  readonly runs: readonly { readonly model: ModelId; readonly changes: Config; readonly seed: number }[];
}

const PLACE = 'public/examples';
/** Points of a curve, as many as a link with curves has. */
const DETAIL = { points: 40, routing: true };

/** Trains the examples of `cli/examples.json` on the demo data, in this process, and writes each as the text of a link. */
export async function makeExamples(): Promise<void> {
  const examples: Examples = JSON.parse(await readFile('cli/examples.json', 'utf8'));
  const database = memoryDatabase();
  const dataset = await loadDataset(database, 'dataset', 'demo', {}, { problem: () => undefined });
  const { id, name, fingerprint } = dataset;
  const deviceHost = await nodeHost(false, false);
  await mkdir(PLACE, { recursive: true });
  for (const [example, { sweep, runs: wanted }] of Object.entries(examples)) {
    const runs: RunDocument[] = [];
    for (const [place, { model, changes, seed }] of wanted.entries()) {
      if (!isModelId(model)) throw new Error(`There is no model ${String(model)}.`);
      const experiment = {
        model,
        config: startConfig(model, null, changes, dataset),
        seed,
        dataset: { id, name, fingerprint },
        backend: 'wasm' as const,
        allowSoftware: false,
      };
      const key = `${example}${place}`;
      await writeRun(database, newRun(key, runName(experiment), experiment, new Date().toISOString()));
      const run = await executeRun(key, {
        database,
        deviceHost,
        control: new RunControl(),
        emit: () => undefined,
        traceSteps: 0,
      });
      if (run.status !== 'finished') throw new Error(`${run.name}: ${run.fault?.message ?? run.status}`);
      process.stderr.write(`${example}: ${run.name}, Recall@20 ${run.result?.test['recall@20'].toFixed(4) ?? ''}\n`);
      runs.push(run);
    }
    const text = await encodeStudy({ ...sharedStudy(runs, [dataset], DETAIL), ...(sweep && { sweep }) });
    await writeFile(`${PLACE}/${example}.txt`, text);
    process.stderr.write(`${PLACE}/${example}.txt: ${text.length} bytes\n`);
  }
}
