import { at } from '../src/domain/at';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDocument } from '../src/domain/run';
import { encodeSafetensors } from '../src/sharing/safetensors';

/** The test split's users with their best items, `[users, cutoff]`, −1 where a user has fewer. */
export interface RankedLists {
  readonly users: Int32Array;
  readonly topItems: Int32Array;
  readonly topScores: Float32Array;
  readonly cutoff: number;
}

/** What a run leaves besides its document. */
export interface RunFiles {
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
  if (files.lists) await writeFile(join(folder, 'recommendations.csv'), recommendationsCsv(files.lists));
  if (files.study) await writeFile(join(folder, 'run.lodestone.json'), files.study);
  if (files.weights) await writeFile(join(folder, 'weights.safetensors'), files.weights);
  if (files.trace) {
    await writeFile(join(folder, 'trace.safetensors'), files.trace.safetensors);
    await writeFile(join(folder, 'trace.json'), files.trace.json);
  }
}

/** One line per user and rank: `user,rank,item,score`, ranks from 1. */
export function recommendationsCsv({ users, topItems, topScores, cutoff }: RankedLists): string {
  const lines = ['user,rank,item,score'];
  users.forEach((user, row) => {
    for (let rank = 0; rank < cutoff; rank++) {
      const item = at(topItems, row * cutoff + rank);
      if (item < 0) break;
      lines.push(`${user},${rank + 1},${item},${at(topScores, row * cutoff + rank).toPrecision(7)}`);
    }
  });
  return `${lines.join('\n')}\n`;
}
