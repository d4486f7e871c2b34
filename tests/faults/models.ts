import type { Page } from '@playwright/test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { DatasetDocument } from '../../src/domain/dataset';
import type { Config } from '../../src/domain/models/table';
import type * as LinkEntry from '../helpers/linkEntry';
import { datasetsOf } from './store';

const FOLDER = new URL('../../workers/models/', import.meta.url);

/** All models, by their folders. */
export const modelIds = (folder: URL = FOLDER): string[] =>
  readdirSync(folder)
    .filter((name) => existsSync(new URL(`${name}/cases.json`, folder)))
    .sort();

/** What lets a model run on the demo dataset alone. */
function alone(model: string, folder: URL): Config {
  const cases = JSON.parse(readFileSync(new URL(`${model}/cases.json`, folder), 'utf8')) as { alone?: Config };
  return cases.alone ?? {};
}

/** Small enough for seconds, and long enough to be disturbed: some dozen epochs, each of them evaluated. */
export const SHORT: Config = { embeddingSize: 16, batchSize: 512, epochs: 24, patience: 0, evaluateEvery: 1 };

/** Address, after the `#`, of a page that fills the form in with a short run of a model on the stored demo dataset. */
export async function runLink(
  page: Page,
  { encodeStudy, defaultConfig }: typeof LinkEntry,
  model: string,
  seed: number,
  changes: Config = {},
  folder: URL = FOLDER,
): Promise<string> {
  const [dataset] = (await datasetsOf(page)) as DatasetDocument[];
  if (!dataset) throw new Error('There is no demo dataset.');
  const { name, fingerprint, split, statistics } = dataset;
  const { users, items, interactions } = statistics;
  return encodeStudy({
    datasets: [{ name, fingerprint, users, items, interactions, split: split.rule, demo: null }],
    runs: [
      {
        model,
        config: { ...defaultConfig(model), ...SHORT, ...alone(model, folder), ...changes },
        seed,
        name: model,
        dataset: 0,
        backend: 'wasm',
        device: '',
        epochs: 0,
        result: null,
        curves: null,
        routing: null,
      },
    ],
  });
}
