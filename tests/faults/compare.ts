import type { Page } from '@playwright/test';
import { isDeepStrictEqual } from 'node:util';
import type { RunDocument } from '../../src/domain/run';
import { withoutClock } from '../helpers/clock';
import { hashOf, keysOf, look } from './store';

/** What one run leaves: everything that must be the same whatever happened to it. */
export interface Remains {
  readonly document: Readonly<Record<string, unknown>>;
  readonly weights: string;
  readonly latest: string;
  readonly details: string;
  /** Keys that it has, without its id. */
  readonly keys: readonly string[];
}

/** Who the run is, when and how often it was begun: what two runs of one experiment may differ in. */
const OWN: readonly string[] = ['id', 'name', 'notes', 'createdAt', 'theirs', 'restarts', 'host', 'hosts'];

function without(run: RunDocument): Record<string, unknown> {
  const { experiment } = run;
  // Each browser gives the demo dataset an id of its own; its content is the same by its fingerprint.
  const dataset = { ...experiment.dataset, id: '' };
  const rest = Object.entries(withoutClock({ ...run, experiment: { ...experiment, dataset } }) as object);
  return Object.fromEntries(rest.filter(([key]) => !OWN.includes(key)));
}

/** Reads what a run left. Throws where it is gone. */
export async function remainsOf(page: Page, id: string): Promise<Remains> {
  const { run } = await look(page, id);
  if (!run) throw new Error(`The run ${id} is gone.`);
  const keys = await keysOf(page, id);
  return {
    document: without(run),
    weights: await hashOf(page, 'checkpoints', id, 'weights'),
    latest: await hashOf(page, 'checkpoints', id, 'latest'),
    details: await hashOf(page, 'runs', id, 'details'),
    keys: keys.map((key) => key.replace(id, '…')).sort(),
  };
}

/** Where two runs differ, each difference in a few words; empty where they are the same to the last bit. */
export function differences(expected: Remains, found: Remains): string[] {
  const said: string[] = [];
  const compare = (path: string, a: unknown, b: unknown): void => {
    if (isDeepStrictEqual(a, b)) return;
    if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
      const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
      for (const key of keys)
        compare(
          path === '' ? key : `${path}.${key}`,
          (a as Record<string, unknown>)[key],
          (b as Record<string, unknown>)[key],
        );
      return;
    }
    said.push(`${path}: ${short(b)} in place of ${short(a)}`);
  };
  compare('', expected, found);
  return said;
}

const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);
