import { describe, expect, it } from 'vitest';
import { generateDemo } from '../../workers/dataset/demo';
import { countBelow } from '../../src/domain/observations';
import { toLatex } from '../../src/charts/paperTable';
import { datasetPaper, datasetsTable } from '../../src/features/datasets/datasetPaper';
import { memoryDatabase } from '../../src/storage/database';
import { stream } from '../../workers/numbers/rng';
import { csrFromEntries } from '../../workers/graphs/csr';
import type { NeighbourLists } from '../../workers/graphs/neighbours';
import { refinedGraph } from '../../workers/graphs/refined';
import { refinedFindings, similarityFinding } from '../../workers/models/layers/itemGraphs';

const ROWS = 40;
const K = 6;

/** Each item first, then five others; some missing, some cosines negative. */
function lists(): NeighbourLists {
  const random = stream(5, 'similarities');
  const indices = new Int32Array(ROWS * K);
  const values = new Float32Array(ROWS * K);
  for (let row = 0; row < ROWS; row++) {
    for (let place = 0; place < K; place++) {
      indices[row * K + place] = place === 0 ? row : random.uniform() < 0.1 ? -1 : (row + place) % ROWS;
      values[row * K + place] =
        place === 0 ? 1.0000001 : 2 * random.uniform() - 0.6 > 1 ? 0.7 : 1.6 * random.uniform() - 0.6;
    }
  }
  return { rows: ROWS, k: K, indices, values };
}

describe('the similarities that a threshold cuts', () => {
  const own = lists();
  const nobody = csrFromEntries(1, ROWS, new Int32Array(0), new Int32Array(0), new Float32Array(0));

  it.for([0.05, 0.3, 0.5, 0.7, 0.99])('below α = %d are those that the refined graph drops', (alpha) => {
    const finding = similarityFinding(own, 'text', alpha);
    if (finding.kind !== 'histogram') throw new Error('not a histogram');
    const { dropped, matrix } = refinedGraph(own, nobody, {
      minSimilarity: alpha,
      coNeighbours: 0,
      dropIdentical: 'all',
    });
    expect(countBelow(finding.edges, finding.counts, alpha)).toBe(dropped);
    // Every item keeps the edge to itself, which is not counted.
    expect(finding.counts.reduce((sum, count) => sum + count, 0)).toBe(dropped + matrix.indices.length - ROWS);
    expect(finding.threshold).toEqual({ option: 'minSimilarity', value: alpha });
  });

  it('are counted within a bin as if they were spread evenly', () => {
    expect([0, 0.1, 0.15, 0.2, 0.3, 1].map((value) => countBelow([0.1, 0.2, 0.3], [10, 4], value))).toEqual([
      0,
      0,
      expect.closeTo(5, 9),
      10,
      14,
      14,
    ]);
  });

  it('are told of a backbone only where they cut its graph', () => {
    const context = (itemGraph: string) =>
      ({ input: { features: [{ key: 'image' }] }, config: { itemGraph, minSimilarity: 0.5 } }) as unknown as Parameters<
        typeof refinedFindings
      >[0];
    expect(refinedFindings(context('own'), [own])).toEqual([]);
    expect(refinedFindings(context('refined'), [own])).toMatchObject([
      { key: 'similarity/image', threshold: { value: 0.5 } },
    ]);
  });
});

describe('the dataset table of a paper', () => {
  it('has a row per dataset', async () => {
    const demo = await generateDemo(memoryDatabase(), 'Small & plain', {
      seed: 7,
      users: 60,
      items: 40,
      variant: 'plain',
    });
    const named = { name: 'Small & plain', statistics: demo.statistics };
    const { interactions, density } = demo.statistics;
    expect(toLatex(datasetPaper([named, named]))).toContain(
      `    Small \\& plain & 60 & 40 & ${interactions} & ${(100 * density).toPrecision(3)} \\% & `,
    );
    expect(datasetsTable([named]).rows[0]?.slice(0, 5)).toEqual([
      'Small & plain',
      60,
      40,
      interactions,
      interactions / 2400,
    ]);
  });
});
