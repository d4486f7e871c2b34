import { AppError } from '../../src/domain/errors';
import { UMAP_NEIGHBOURS } from '../../src/domain/projection';
import type { Random } from '../numbers/rng';
import { nearestRows, type Phase } from './nearestRows';

const REPORT_MS = 100;

/**
 * UMAP of `values [rows, columns]` in the plane, with umap-js: exact cosine neighbours, `minDist` 0.1, and every random number from
 * `random`, so that the same stream gives the same picture. Throws `PROJECTION_TOO_FEW` where there are not more points than neighbours.
 */
export async function umapLayout(
  values: Float32Array,
  rows: number,
  columns: number,
  random: Random,
  phase: Phase,
): Promise<{ x: Float64Array; y: Float64Array }> {
  if (rows <= UMAP_NEIGHBOURS) {
    throw new AppError(
      'PROJECTION_TOO_FEW',
      `UMAP joins each point to its ${UMAP_NEIGHBOURS - 1} nearest neighbours, and there are only ${rows} points.`,
      'Choose PCA, or users and items together.',
    );
  }
  const { indices, distances } = await nearestRows(values, rows, columns, UMAP_NEIGHBOURS, phase);
  await phase('joining neighbours', null);
  const { UMAP } = await import('umap-js');
  const umap = new UMAP({ nComponents: 2, nNeighbors: UMAP_NEIGHBOURS, minDist: 0.1, random: () => random.uniform() });
  umap.setPrecomputedKNN(indices, distances);
  // With the neighbours given, it reads nothing of the points but how many there are.
  const epochs = umap.initializeFit(Array.from({ length: rows }, () => []));
  let reported = performance.now();
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (performance.now() - reported < REPORT_MS) continue;
    await phase(`UMAP, step ${epoch + 1} of ${epochs}`, (epoch + 1) / epochs);
    reported = performance.now();
  }
  const layout = umap.getEmbedding();
  return { x: Float64Array.from(layout, ([x = 0]) => x), y: Float64Array.from(layout, ([, y = 0]) => y) };
}
