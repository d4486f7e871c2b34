import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetStatistics } from '../src/domain/dataset';
import type { EntityLabels } from '../src/domain/entityNames';
import type { DatasetReading } from '../src/domain/reading';
import type { RunDocument } from '../src/domain/run';
import { idTable, idTableName, recommendationsCsv, type RankedLists } from '../src/sharing/idTable';
import { encodeSafetensors } from '../src/sharing/safetensors';

/** What the indices of a run mean, and how its dataset was read. */
export interface DatasetFacts extends Pick<DatasetStatistics, 'users' | 'items'> {
  /** null where users and items have neither names nor original ids. */
  readonly labels: EntityLabels | null;
  /** null where nothing was read from files. */
  readonly reading: DatasetReading | null;
}

/** What a run leaves besides its document. */
export interface RunFiles {
  readonly dataset: DatasetFacts | null;
  readonly embeddings: {
    readonly users: Float32Array;
    readonly items: Float32Array;
    readonly userCount: number;
    readonly itemCount: number;
  } | null;
  readonly lists: RankedLists | null;
  /** The run as the page imports it; its weights beside it. */
  readonly study: Uint8Array | null;
  readonly weights: Uint8Array | null;
  readonly trace: { readonly safetensors: Uint8Array; readonly json: string } | null;
}

export async function writeRunFiles(folder: string, run: RunDocument, files: RunFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'run.json'), JSON.stringify(run, null, 1));
  if (files.embeddings) {
    const { users, items, userCount, itemCount } = files.embeddings;
    const bytes = encodeSafetensors(
      [
        { name: 'users', shape: [userCount, users.length / userCount], values: users },
        { name: 'items', shape: [itemCount, items.length / itemCount], values: items },
      ],
      {
        model: run.experiment.model,
        dataset: run.experiment.dataset.name,
        fingerprint: run.experiment.dataset.fingerprint,
      },
    );
    await writeFile(join(folder, 'embeddings.safetensors'), bytes);
  }
  if (files.dataset) await writeDatasetFacts(folder, files.dataset);
  if (files.lists) {
    const csv = recommendationsCsv(files.lists, files.dataset?.labels ?? null);
    await writeFile(join(folder, 'recommendations.csv'), csv);
  }
  if (files.study) await writeFile(join(folder, 'run.lodestone.json'), files.study);
  if (files.weights) await writeFile(join(folder, 'weights.safetensors'), files.weights);
  if (files.trace) {
    await writeFile(join(folder, 'trace.safetensors'), files.trace.safetensors);
    await writeFile(join(folder, 'trace.json'), files.trace.json);
  }
}

async function writeDatasetFacts(folder: string, { users, items, labels, reading }: DatasetFacts): Promise<void> {
  await writeFile(join(folder, idTableName('user')), idTable('user', users, labels));
  await writeFile(join(folder, idTableName('item')), idTable('item', items, labels));
  if (reading) await writeFile(join(folder, 'reading.json'), `${JSON.stringify(reading, null, 1)}\n`);
}
