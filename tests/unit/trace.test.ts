import { beforeAll, describe, expect, it } from 'vitest';
import type { RunDocument } from '../../src/domain/run';
import { readInteractions } from '../../src/storage/datasets';
import { readTrace } from '../../src/storage/weights';
import { RunControl } from '../../workers/training/control';
import { executeRun } from '../../workers/training/run';
import { everyCase } from '../helpers/cases';
import type { Config, ModelId } from '../../src/domain/models/table';
import { smallStudy } from '../helpers/dataset';
import { parseSafetensors, type ParsedArray } from '../helpers/safetensors';

const STEPS = 2;
const USERS = 40;
const ITEMS = 32;

interface TraceDocument {
  experiment: RunDocument['experiment'];
  dataset: { name: string; fingerprint: string; users: number; items: number };
  idMapping: { users: string[] | null; items: string[] | null };
  modalities: { key: string; shape: number[] }[];
  parameters: Record<string, { shape: number[]; meaning: string }>;
  graphs: Record<string, { meaning: string; shape: number[] }>;
  inputs: Record<string, { shape: number[]; meaning: string }>;
  steps: {
    epoch: number;
    lr: number;
    terms: Record<string, { unweighted: number; weighted: number }>;
    total: number;
    observed?: Record<string, number>;
  }[];
}

async function tracedRun(model: ModelId, config: Config) {
  const { database, run } = await smallStudy(model, config, 'cpu', { users: USERS, items: ITEMS });
  const ended = await executeRun(run.id, {
    database,
    deviceHost: { gpu: null, wasmPaths: {}, fetchWasm: false, helpers: null },
    control: new RunControl(),
    emit: () => undefined,
    traceSteps: STEPS,
  });
  expect(ended.fault).toBeNull();
  const trace = await readTrace(database, run.id);
  if (!trace) throw new Error('There is no trace.');
  return {
    database,
    arrays: parseSafetensors(trace.safetensors).arrays,
    document: JSON.parse(trace.json) as TraceDocument,
  };
}

describe('a traced run', () => {
  let arrays: Map<string, ParsedArray>;
  let document: TraceDocument;
  let train: [number, number][];
  let held: Record<'valid' | 'test', [number, number][]>;

  beforeAll(async () => {
    const traced = await tracedRun('mgcn', {
      embeddingSize: 8,
      batchSize: 512,
      neighbours: 4,
      negativesPerPositive: 2,
      epochs: 3,
      lrDecay: 0.5,
      lrDecayEpochs: 1,
      contrastWeight: 0.1,
    });
    ({ arrays, document } = traced);
    const { database } = traced;
    const interactions = await readInteractions(database, 'small');
    const rows = (label: number): [number, number][] =>
      [...interactions.split.keys()]
        .filter((row) => interactions.split[row] === label)
        .map((row) => [interactions.users[row]!, interactions.items[row]!]);
    train = rows(0);
    held = { valid: rows(1), test: rows(2) };
  });

  const array = (name: string): ParsedArray => {
    const found = arrays.get(name);
    if (!found) throw new Error(`There is no ${name}.`);
    return found;
  };

  it('holds every array of the audit trace, and no other', () => {
    const parameters = Object.keys(document.parameters);
    const modalities = document.modalities.map(({ key }) => key);
    expect(modalities.length).toBeGreaterThan(1);
    expect(parameters.sort()).toEqual(
      [
        'userEmbedding',
        'itemEmbedding',
        'attention/weight',
        'attention/bias',
        'attention/query',
        ...modalities.flatMap((key) => [
          `features/${key}`,
          ...['project', 'purify', 'preference'].flatMap((role) => [`${role}/${key}/weight`, `${role}/${key}/bias`]),
        ]),
      ].sort(),
    );
    const graphs = ['userItem', 'userFromItem', ...modalities.map((key) => `items/${key}`)];
    expect(Object.keys(document.graphs).sort()).toEqual([...graphs].sort());
    expect([...arrays.keys()].sort()).toEqual(
      [
        ...graphs.flatMap((name) => ['rowPtr', 'colIdx', 'values'].map((part) => `graph/${name}/${part}`)),
        'data/train',
        'data/valid',
        'data/test',
        ...parameters.map((name) => `init/${name}`),
        ...Array.from({ length: STEPS }, (_, k) => [
          ...['users', 'positives', 'negatives', 'mask/padding'].map((name) => `step${k}/${name}`),
          ...parameters.flatMap((name) => [`step${k}/grad/${name}`, `step${k}/after/${name}`]),
        ]).flat(),
      ].sort(),
    );
  });

  it('says what each array is', () => {
    for (const [name, { shape, meaning }] of Object.entries(document.parameters)) {
      expect(meaning).not.toBe('');
      for (const key of [`init/${name}`, `step0/grad/${name}`, `step1/after/${name}`])
        expect(array(key)).toMatchObject({ shape, dtype: 'F32' });
    }
    for (const [
      name,
      {
        shape: [rows = 0, columns = 0],
        meaning,
      },
    ] of Object.entries(document.graphs)) {
      expect(meaning).not.toBe('');
      const pointers = array(`graph/${name}/rowPtr`);
      expect(pointers).toMatchObject({ dtype: 'I32', shape: [rows + 1] });
      expect(array(`graph/${name}/colIdx`).values.length).toBe(pointers.values.at(-1));
      expect(array(`graph/${name}/values`)).toMatchObject({ dtype: 'F32', shape: [pointers.values.at(-1)] });
      expect(array(`graph/${name}/colIdx`).values.every((column) => column >= 0 && column < columns)).toBe(true);
    }
    expect(document.graphs['userItem']?.shape).toEqual([USERS + ITEMS, USERS + ITEMS]);
    expect(document.graphs['userFromItem']?.shape).toEqual([USERS, ITEMS]);
    expect(document.dataset).toMatchObject({ users: USERS, items: ITEMS });
    expect(document.dataset.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(document.experiment.config['neighbours']).toBe(4);
    expect(document.idMapping).toHaveProperty('users');
    expect(document.idMapping).toHaveProperty('items');
  });

  it('has the splits', () => {
    const pairs = (name: string): number[][] => {
      const { shape, values } = array(name);
      expect(shape[1]).toBe(2);
      return Array.from({ length: shape[0]! }, (_, row) => [values[2 * row]!, values[2 * row + 1]!]);
    };
    expect(pairs('data/train')).toEqual(train);
    expect(pairs('data/valid')).toEqual(held.valid);
    expect(pairs('data/test')).toEqual(held.test);
  });

  it('has the batches: training pairs with negatives that are none', () => {
    const known = new Set(train.map(([user, item]) => `${user}/${item}`));
    const perEpoch = Math.ceil(train.length / 512);
    const seen: string[] = [];
    for (let k = 0; k < STEPS; k++) {
      const users = array(`step${k}/users`).values;
      const positives = array(`step${k}/positives`).values;
      const negatives = array(`step${k}/negatives`).values;
      const padding = array(`step${k}/mask/padding`).values;
      expect(padding.length).toBe(512);
      expect([...padding]).toEqual(Array.from({ length: 512 }, (_, row) => (row < users.length ? 1 : 0)));
      expect([positives.length, negatives.length]).toEqual([users.length, 2 * users.length]);
      users.forEach((user, row) => {
        seen.push(`${user}/${positives[row]}`);
        for (const negative of [negatives[2 * row], negatives[2 * row + 1]])
          expect(known.has(`${user}/${negative}`)).toBe(false);
      });
    }
    expect(seen.every((pair) => known.has(pair))).toBe(true);
    if (perEpoch >= STEPS) expect(new Set(seen).size).toBe(seen.length);
  });

  it('has the learning rate and the terms of each step', () => {
    const perEpoch = Math.ceil(train.length / 512);
    expect(document.steps).toHaveLength(STEPS);
    document.steps.forEach(({ epoch, lr, terms, total }, k) => {
      expect(epoch).toBe(Math.floor(k / perEpoch));
      expect(lr).toBeCloseTo(1e-3 * 0.5 ** epoch, 12);
      expect(Object.keys(terms)).toEqual(['bpr', 'contrastUsers', 'contrastItems', 'reg']);
      for (const [key, weight] of [
        ['bpr', 1],
        ['contrastUsers', 0.1],
        ['contrastItems', 0.1],
        ['reg', 1e-4],
      ] as const) {
        expect(terms[key]!.weighted / (weight * terms[key]!.unweighted)).toBeCloseTo(1, 5);
      }
      expect(Object.values(terms).reduce((sum, { weighted }) => sum + weighted, 0) / total).toBeCloseTo(1, 5);
    });
  });

  it('is replayed by Adam as the specification writes it', () => {
    const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
    for (const name of Object.keys(document.parameters)) {
      const theta = Float64Array.from(array(`init/${name}`).values);
      const m = new Float64Array(theta.length);
      const v = new Float64Array(theta.length);
      for (let k = 0; k < STEPS; k++) {
        const gradient = array(`step${k}/grad/${name}`).values;
        const { lr } = document.steps[k]!;
        theta.forEach((value, i) => {
          const g = gradient[i]!;
          m[i] = beta1 * m[i]! + (1 - beta1) * g;
          v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
          theta[i] =
            value - (lr * (m[i]! / (1 - beta1 ** (k + 1)))) / (Math.sqrt(v[i]! / (1 - beta2 ** (k + 1))) + epsilon);
        });
        const after = array(`step${k}/after/${name}`).values;
        // An update is at most about the learning rate; values themselves are rounded to float32.
        theta.forEach((value, i) =>
          expect(Math.abs(after[i]! - value)).toBeLessThanOrEqual(1e-4 * lr + 2e-7 * Math.abs(value)),
        );
        if (gradient.some((g) => g !== 0))
          expect(after.some((value, i) => Math.abs(value - array(`init/${name}`).values[i]!) > 0.1 * lr)).toBe(true);
      }
    }
  });

  it('has a gradient for every parameter', () => {
    for (const name of Object.keys(document.parameters))
      expect(
        array(`step0/grad/${name}`).values.some((g) => g !== 0),
        name,
      ).toBe(true);
  });
});

describe('a traced run of other models', () => {
  it.for(everyCase(({ trace }) => trace && [trace]))(
    '%s: graphs of its epoch, frozen features, inputs, draws and observations',
    async ([model, { config, graphs, frozen = [], inputs = [], draws = [], observed = [] }]) => {
      const { arrays, document } = await tracedRun(model, { embeddingSize: 8, batchSize: 128, epochs: 1, ...config });
      const under = (prefix: string): string[] =>
        [...arrays.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
      // A second loss may have its steps before the epoch.
      const untrained = Object.keys(document.parameters).filter(
        (name) => !arrays.has(`step0/grad/${name}`) && !arrays.has(`pass0/step0/grad/${name}`),
      );
      expect(Object.keys(document.graphs).sort()).toEqual([...graphs].sort());
      expect(untrained).toEqual(frozen.map((key) => `features/${key}`));
      expect(under('init/').sort()).toEqual(Object.keys(document.parameters).sort());
      expect(under('input/')).toEqual(inputs);
      expect(Object.keys(document.inputs)).toEqual(inputs);
      expect(under('step1/mask/').sort()).toEqual(['padding', ...draws].sort());
      expect(document.steps.map((step) => Object.keys(step.observed ?? {}))).toEqual(
        Array.from({ length: STEPS }, () => observed),
      );
      for (const { total, observed: values } of document.steps)
        for (const value of [total, ...Object.values(values ?? {})]) expect(value).toEqual(expect.any(Number));
    },
  );
});
