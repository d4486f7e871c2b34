import { describe, expect, it } from 'vitest';
import { memoryDatabase } from '../../src/storage/database';
import { restoreRaw } from '../../workers/sharing/restoreRaw';
import { contentOf } from '../helpers/storedRuns';

const NAME = 'unreadable/runs/r1.json';
const fileOf = (entries: unknown, over: object = {}): Blob =>
  new Blob([JSON.stringify({ format: 'lodestone/raw', version: 1, made: '', entries, ...over })]);
const entry = (key: string, value: unknown, table = 'runs') => ({ table, key, value });

async function refused(name: string, file: Blob): Promise<string> {
  const database = memoryDatabase();
  await database.runs.set('mine', 1);
  const before = await contentOf(database);
  const answer = await restoreRaw(database, 'b.zip', name, file).then(
    () => 'stored',
    (error: Error) => error.message,
  );
  expect(await contentOf(database)).toEqual(before);
  return answer;
}

describe('what a backup holds as it was stored', () => {
  it('is refused where it is not what an export writes, and nothing is stored', async () => {
    expect(await refused(NAME, new Blob(['{']))).toMatch(/is not JSON/);
    expect(await refused(NAME, fileOf([entry('r1', 1)], { version: 2 }))).toMatch(
      /not what an export as stored writes/,
    );
    expect(await refused(NAME, fileOf([entry('r1', 1, 'secrets')]))).toMatch(/not what an export as stored writes/);
    for (const value of [
      { $: 'Error', text: 'x' },
      { $: 'Float32Array', base64: 'AAA=' },
      { $: 'Float32Array', base64: '%' },
      { $: 'Float32Array' },
      { $: 'Map', entries: [1] },
      { $: 'BigInt', digits: 'x' },
      { $: 'constructor' },
    ])
      expect(await refused(NAME, fileOf([entry('r1', value)])), JSON.stringify(value)).toMatch(/cannot be read/);
  });

  it('is refused where it would write over what belongs to something else', async () => {
    for (const [key, table] of [
      ['mine', 'runs'],
      ['r12', 'runs'],
      ['queue', 'settings'],
      ['r1', 'datasets'],
    ] as const)
      expect(await refused(NAME, fileOf([entry('r1', 1), entry(key, 2, table)])), key).toMatch(/not a part of r1/);
    expect(await refused('unreadable/runs/..%2Fmine.json', fileOf([]))).toMatch(/no id/);
    expect(await refused('unreadable/runs/%E0%A4%A.json', fileOf([]))).toMatch(/no id/);
  });

  it('makes no property that was not there', async () => {
    const database = memoryDatabase();
    const text =
      '{"format":"lodestone/raw","version":1,"made":"","entries":[{"table":"runs","key":"r1","value":{"__proto__":{"polluted":1}}}]}';
    await expect(restoreRaw(database, 'b.zip', NAME, new Blob([text]))).rejects.toThrow(/is not JSON/);
    expect({}).not.toHaveProperty('polluted');
  });
});
