import { beforeAll, describe, expect, it } from 'vitest';
import { coloursOf, colourChoices } from '../../src/features/projection/colours';
import { densitiesOf, ringOf } from '../../src/features/projection/angles';
import { toCsv } from '../../src/charts/table';
import { axisLabels, pointName, pointsWords, pointTable } from '../../src/features/projection/rows';
import type { EntityRouting, Projection, Traits } from '../../src/domain/projection';
import { writeRun } from '../../src/storage/runs';
import { writeWeights } from '../../src/storage/weights';
import { nearestRows } from '../../workers/analysis/nearestRows';
import { project, sampledPlaces } from '../../workers/analysis/project';
import { readTraits } from '../../workers/analysis/traits';
import { umapLayout } from '../../workers/analysis/umap';
import { stream } from '../../workers/numbers/rng';
import { finishedRun, metricsOf } from '../helpers/storedRuns';
import { smallStudy } from '../helpers/dataset';

const noPhase = async (): Promise<void> => undefined;
const noModel = async (): Promise<never> => {
  throw new Error('no model was to be built');
};

const METRICS = metricsOf(0.5);

/** Three users and four items at given places. */
const projection: Projection = {
  x: Float64Array.of(0, 1, 2, 10, 11, 12, 13),
  y: Float64Array.of(0, 1, 0, 5, 7, 5, 7),
  ids: Int32Array.of(0, 1, 2, 0, 1, 2, 3),
  users: 3,
  of: { users: 3, items: 4 },
  columns: 8,
  explained: [0.5, 0.25],
  epoch: 4,
  step: null,
};
const traits: Traits = {
  interactions: { users: Int32Array.of(5, 1, 0), items: Int32Array.of(100, 10, 1, 0) },
  liked: { users: Float32Array.of(0.5, 1, NaN), items: Float32Array.of(0, 0.25, 1, NaN) },
  categories: { names: ['rare', 'frequent'], of: Int32Array.of(1, 1, 0, 1) },
  labels: {
    users: null,
    items: ['a', 'b', 'c', 'd'],
    originalUsers: ['7', '8', '9'],
    originalItems: ['B7', 'B8', 'B9', '=B'],
  },
};
const routing: EntityRouting = {
  groups: ['behaviour', 'image'],
  families: ['dom', 'bal', 'com'],
  reliance: {
    users: Float32Array.of(0.6, 0.4, 0.3, 0.7, NaN, NaN),
    items: Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.5, 0.5, NaN, NaN),
  },
  familyMass: {
    users: Float32Array.of(0.1, 0.2, 0.7, 0.5, 0.3, 0.2, NaN, NaN, NaN),
    items: new Float32Array(12).fill(NaN),
  },
};

describe('colours of points', () => {
  it('are magnitudes on a log scale, with nothing where there is no interaction', () => {
    const colours = coloursOf('interactions', projection, traits, null);
    expect(colours).toMatchObject({ kind: 'scale', log: true, low: 1, high: 100 });
    expect(colours?.kind === 'scale' && [...colours.values]).toEqual([5, 1, NaN, 100, 10, 1, NaN]);
  });

  it('name categories by frequency, and leave users out', () => {
    expect(coloursOf('category', projection, traits, null)).toMatchObject({
      kind: 'classes',
      names: ['frequent', 'rare'],
      of: Int16Array.of(-1, -1, -1, 0, 0, 1, 0),
      none: 'users',
    });
  });

  it('name seven of many categories, and count the others', () => {
    const of = Int32Array.from({ length: 90 }, (_, item) => Math.floor(Math.sqrt(item)));
    const many = { ...traits, categories: { names: Array.from({ length: 10 }, (_, c) => `c${c}`), of } };
    const colours = coloursOf(
      'category',
      { ...projection, users: 0, ids: Int32Array.of(0, 80, 81), x: new Float64Array(3), y: new Float64Array(3) },
      many,
      null,
    );
    // Category c has 2c + 1 items, but for the last, which ends at item 89 with 9.
    expect(colours).toMatchObject({
      names: ['c8', 'c7', 'c6', 'c5', 'c4', 'c9', 'c3'],
      of: Int16Array.of(-1, 0, 5),
      none: '3 other categories',
    });
  });

  it('name the largest share of the routing, the first of equal ones, and none without training pairs', () => {
    expect(coloursOf('group', projection, traits, routing)).toMatchObject({
      names: ['behaviour', 'image'],
      of: Int16Array.of(0, 1, -1, 0, 1, 0, -1),
    });
    expect(coloursOf('family', projection, traits, routing)).toMatchObject({
      names: ['Dom', 'Bal', 'Com'],
      of: Int16Array.of(2, 0, -1, -1, -1, -1, -1),
    });
    expect(coloursOf('group', projection, traits, null)).toBeNull();
  });

  it('are offered where there is something to colour by', () => {
    const values = (...args: Parameters<typeof colourChoices>): string[] =>
      colourChoices(...args).map(({ value }) => value);
    expect(values('users', traits, false)).toEqual(['interactions', 'liked']);
    expect(values('items', { ...traits, liked: null }, true)).toEqual(['interactions', 'category', 'group', 'family']);
    expect(values('both', { ...traits, categories: null }, false)).toEqual(['kind', 'interactions', 'liked']);
  });
});

describe('what is said of a projection', () => {
  it('names axes by their share, points by number and name, and a sample as one', () => {
    expect(axisLabels('pca', projection)).toEqual(['PC 1 (50 %)', 'PC 2 (25 %)']);
    expect(pointsWords(projection)).toBe('7 users and items');
    expect(pointsWords({ ...projection, users: 0, of: { users: 0, items: 9000 } })).toBe(
      'a sample of 7 of 9,000 items',
    );
    const table = pointTable('pca', projection, coloursOf('liked', projection, traits, null)!, traits);
    expect(table.columns.slice(0, 4)).toEqual(['kind', 'id', 'index', 'name']);
    expect(table.rows[1]).toEqual(['user', '8', 1, null, 1, 1, 1]);
    expect(table.rows[6]).toEqual(['item', '=B', 3, 'd', 13, 7, null]);
    expect(toCsv(table).split('\r\n')[7]).toBe("item,'=B,3,d,13,7,");
    expect([1, 3].map((point) => pointName(projection, traits, point))).toEqual(['user 8, index 1', 'B7, a, index 0']);
    const labels = { ...traits.labels!, originalUsers: null, originalItems: null };
    expect([1, 3].map((point) => pointName(projection, { labels }, point))).toEqual(['user 1', 'item 0, a']);
  });

  it('centres users and items apart for their directions', () => {
    const ring = ringOf(projection);
    expect(ring.x[1]).toBeCloseTo(0, 12);
    expect(ring.y[1]).toBeCloseTo(1, 12);
    for (let i = 0; i < 7; i++) expect(Math.hypot(ring.x[i]!, ring.y[i]!)).toBeCloseTo(1, 12);
    expect(
      densitiesOf(projection, 'final', 'fixed').map(({ name, angles, bandwidth }) => [name, angles.length, bandwidth]),
    ).toEqual([
      ['users, final', 3, 0.1],
      ['items, final', 4, 0.1],
    ]);
  });
});

describe('samples, neighbours and UMAP', () => {
  it('a sample is ascending, without repetition, and the same for the same seed', () => {
    const sample = sampledPlaces(1000, 100, stream(1, 's'));
    expect(new Set(sample).size).toBe(100);
    expect([...sample].sort((a, b) => a - b)).toEqual([...sample]);
    expect(sampledPlaces(1000, 100, stream(1, 's'))).toEqual(sample);
    expect(sampledPlaces(1000, 100, stream(2, 's'))).not.toEqual(sample);
    expect([...sampledPlaces(3, 5, stream(1, 's'))]).toEqual([0, 1, 2]);
  });

  it('neighbours are the nearest by cosine, each row before its own', async () => {
    const values = Float32Array.of(1, 0, 2, 0.2, 0, 3, 1, 1, 0, 0);
    const { indices, distances } = await nearestRows(values, 5, 2, 3, noPhase);
    expect(indices).toEqual([
      [0, 1, 3],
      [1, 0, 3],
      [2, 3, 1],
      [3, 1, 0],
      [4, 0, 1],
    ]);
    expect(distances[0]![2]).toBeCloseTo(1 - Math.SQRT1_2, 7);
    expect(distances[4]).toEqual([0, 1, 1]);
  });

  it('UMAP repeats with its seed, keeps groups together, and refuses too few points', async () => {
    const random = stream(5, 'groups');
    const values = Float32Array.from(
      { length: 60 * 4 },
      (_, at) => (Math.floor(at / 4) % 2 === at % 2 ? 5 : 0) + random.normal() * 0.2,
    );
    const once = await umapLayout(values, 60, 4, stream(3, 'umap'), noPhase);
    expect(await umapLayout(values, 60, 4, stream(3, 'umap'), noPhase)).toEqual(once);
    expect((await umapLayout(values, 60, 4, stream(4, 'umap'), noPhase)).x).not.toEqual(once.x);
    const centre = (parity: number): number[] =>
      [once.x, once.y].map((axis) =>
        axis.filter((_, i) => i % 2 === parity).reduce((sum, value) => sum + value / 30, 0),
      );
    const [even, odd] = [centre(0), centre(1)];
    const nearer = Array.from(once.x.keys()).filter((i) => {
      const to = ([cx, cy]: number[]): number => Math.hypot(once.x[i]! - cx!, once.y[i]! - cy!);
      return i % 2 === 0 ? to(even) < to(odd) : to(odd) < to(even);
    });
    expect(nearer).toHaveLength(60);
    await expect(umapLayout(values, 15, 4, stream(3, 'umap'), noPhase)).rejects.toMatchObject({
      code: 'PROJECTION_TOO_FEW',
    });
  });
});

describe('the vectors of a stored run', () => {
  let study: Awaited<ReturnType<typeof smallStudy>>;
  const width = 16;
  const table = (rows: number, columns: number, name: string): Float32Array => {
    const random = stream(9, name);
    return Float32Array.from({ length: rows * columns }, () => random.normal());
  };

  beforeAll(async () => {
    study = await smallStudy('magnet', { experts: true }, 'cpu');
  });

  const { epochs } = finishedRun('run', 4);
  const request = { runId: 'run', vectors: 'final', method: 'pca', entities: 'items', seed: 1 } as const;

  it('are refused before the first checkpoint', async () => {
    await expect(project(study.database, request, noModel, noPhase)).rejects.toMatchObject({ code: 'RUN_NO_WEIGHTS' });
  });

  it('are read as they are stored; of MAGNET without the router’s logits', async () => {
    const { database, run } = study;
    await writeRun(database, {
      ...run,
      status: 'finished',
      epochs,
      result: { bestEpoch: 3, valid: METRICS, test: METRICS },
    });
    const experts = 9 * width;
    const represented = table(80, experts + 9, 'items');
    // Logits so large that they would be the first component.
    for (let item = 0; item < 80; item++)
      represented.fill(1000 * item, item * (experts + 9) + experts, (item + 1) * (experts + 9));
    await writeWeights(database, 'run', {
      'represent/users': table(120, experts + 9, 'users'),
      'represent/items': represented,
      userEmbedding: table(120, 2 * width, 'before'),
      itemEmbedding: table(80, width, 'before'),
    });
    const found = await project(database, request, noModel, noPhase);
    expect(found).toMatchObject({ columns: experts, epoch: 3, step: null, users: 0, of: { users: 0, items: 80 } });
    expect(Math.max(...found.x)).toBeLessThan(100);
    const before = await project(database, { ...request, vectors: 'initial', entities: 'users' }, noModel, noPhase);
    expect(before).toMatchObject({ columns: 2 * width, users: 120 });
    await expect(
      project(database, { ...request, vectors: 'initial', entities: 'both' }, noModel, noPhase),
    ).rejects.toMatchObject({ code: 'PROJECTION_SPACES' });
    const both = await project(database, { ...request, entities: 'both' }, noModel, noPhase);
    expect([both.users, both.ids.length, both.ids[120]]).toEqual([120, 200, 0]);
  });

  it('of a model without tables are asked of the model, and refused where there are none', async () => {
    const { database } = study;
    await writeWeights(database, 'run', { other: new Float32Array(1) });
    const opened = async () => ({ model: { parameters: [], inputs: [] } }) as never;
    await expect(project(database, { ...request, vectors: 'initial' }, opened, noPhase)).rejects.toMatchObject({
      code: 'PROJECTION_NO_VECTORS',
    });
  });

  it('come with what they can be coloured by', async () => {
    const found = await readTraits(study.database, 'run');
    const total = (counts: Int32Array): number => counts.reduce((sum, count) => sum + count, 0);
    expect(found.interactions.users).toHaveLength(120);
    expect(total(found.interactions.users)).toBe(total(found.interactions.items));
    expect(found.categories?.of).toHaveLength(80);
    const shares = found.liked!.users.filter((share) => !Number.isNaN(share));
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    expect(new Set(shares).size).toBeGreaterThan(1);
  });
});
