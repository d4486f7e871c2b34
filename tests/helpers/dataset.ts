import { completeConfig, modelTable } from '../../src/domain/models/catalogue';
import type { Config, ModelId } from '../../src/domain/models/table';
import { newRun, type RunDocument } from '../../src/domain/run';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { writeRun } from '../../src/storage/runs';
import { generateDemo } from '../../workers/dataset/demo';
import { stream } from '../../workers/numbers/rng';
import type { Model } from '../../workers/models/model';
import { modelKind } from '../../workers/models/registry';
import { casesOf } from './cases';
import { readTrainingData, type TrainingData } from '../../workers/training/input';

/** A small demo dataset in memory with a run on it that has not started. */
export async function smallStudy(
  model: ModelId,
  changes: Config,
  backend: 'cpu' | 'wasm' | 'webgpu',
  sizes = { users: 120, items: 80 },
): Promise<{ database: Database; run: RunDocument }> {
  const database = memoryDatabase();
  const dataset = await generateDemo(database, 'small', { seed: 7, ...sizes, variant: 'plain' });
  const run = newRun(
    'run',
    'a run',
    {
      model,
      // A computed model has no batches, and no cases.
      config: completeConfig(
        model,
        modelTable(model).computed
          ? changes
          : { embeddingSize: 16, batchSize: 256, ...casesOf(model).alone, ...changes },
      ),
      seed: 999,
      dataset: { id: dataset.id, name: dataset.name, fingerprint: dataset.fingerprint },
      backend,
      allowSoftware: true,
    },
    '2026-01-01T00:00:00.000Z',
  );
  await writeRun(database, run);
  return { database, run };
}

/** The data a study's run reads, and its model on the open device. The caller disposes the model. */
export async function builtModel({
  database,
  run: { experiment },
}: {
  database: Database;
  run: RunDocument;
}): Promise<{ data: TrainingData; model: Model }> {
  const data = await readTrainingData(database, experiment, async () => undefined);
  const model = await modelKind(experiment.model).build({
    input: data.input,
    config: experiment.config,
    random: (name) => stream(1, name),
    progress: async () => undefined,
  });
  return { data, model };
}
