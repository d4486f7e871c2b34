import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseRun, USAGE } from '../../cli/arguments';
import { filesOf } from '../../cli/folder';
import { parseProof } from '../../cli/proveDevice';
import { writeRunFiles } from '../../cli/output';
import { AppError, type Fault } from '../../src/domain/errors';
import { completeConfig } from '../../src/domain/models/catalogue';
import type { DatasetReading } from '../../src/domain/reading';
import { newRun } from '../../src/domain/run';
import { encodeSafetensors } from '../../src/sharing/safetensors';
import { parseSafetensors } from '../helpers/safetensors';

const least = ['--dataset', 'demo', '--model', 'lightgcn', '--out', 'results'];

function refusal(words: readonly string[]): Fault {
  try {
    parseRun(words);
  } catch (error) {
    if (error instanceof AppError) return error.toFault();
    throw error;
  }
  throw new Error(`“${words.join(' ')}” was accepted.`);
}

describe('the words of a proof', () => {
  it('have defaults, and are checked', () => {
    expect(parseProof([])).toEqual({ backend: 'auto', allowSoftware: false, host: 'chromium', out: null, json: false });
    expect(parseProof(['--backend', 'webgpu', '--software', '--host', 'node', '--out', 'a.json', '--json'])).toEqual({
      backend: 'webgpu',
      allowSoftware: true,
      host: 'node',
      out: 'a.json',
      json: true,
    });
    for (const words of [['--backend', 'cuda'], ['--host', 'firefox'], ['--speed'], ['extra']])
      expect(() => parseProof(words)).toThrow(expect.objectContaining({ code: 'COMMAND_LINE' }));
  });
});

describe('the words of a run', () => {
  it('have defaults', () => {
    expect(parseRun(least)).toEqual({
      dataset: 'demo',
      model: 'lightgcn',
      preset: null,
      changes: {},
      seed: 999,
      backend: 'auto',
      allowSoftware: false,
      host: 'chromium',
      threads: null,
      trace: 0,
      out: 'results',
      json: false,
      reading: { files: {}, ids: {} },
    });
  });

  it('are all understood', () => {
    const words = [
      ...least,
      '--set',
      'layers=3',
      '--set=negativesFrom=all',
      '--set',
      'learningRate=5e-4',
      '--seed',
      '4294967295',
      '--epochs',
      '7',
      '--backend',
      'wasm',
      '--software',
      '--host',
      'node',
      '--threads',
      '2',
      '--trace',
      '3',
      '--json',
    ];
    expect(parseRun(words)).toEqual({
      dataset: 'demo',
      model: 'lightgcn',
      preset: null,
      changes: { layers: 3, negativesFrom: 'all', learningRate: 5e-4, epochs: 7 },
      seed: 4294967295,
      backend: 'wasm',
      allowSoftware: true,
      host: 'node',
      threads: 2,
      trace: 3,
      out: 'results',
      json: true,
      reading: { files: {}, ids: {} },
    });
  });

  it('take the last of two values, and --epochs over --set', () => {
    expect(parseRun([...least, '--set', 'layers=3', '--set', 'layers=4']).changes['layers']).toBe(4);
    expect(parseRun([...least, '--epochs', '7', '--set', 'epochs=9']).changes['epochs']).toBe(7);
  });

  const without = (name: string): string[] => least.filter((_, i) => least[i] !== name && least[i - 1] !== name);
  const bad: readonly (readonly [string, readonly string[], Fault['code'], string])[] = [
    ['no dataset', without('--dataset'), 'COMMAND_LINE', '--dataset'],
    ['no folder for results', without('--out'), 'COMMAND_LINE', '--out'],
    ['no model', without('--model'), 'COMMAND_LINE', '--model'],
    ['an unknown model', [...without('--model'), '--model', 'bprr'], 'COMMAND_LINE', 'bprr'],
    ['a model of the prototype', [...without('--model'), '--model', '__proto__'], 'COMMAND_LINE', '__proto__'],
    ['an unknown word', [...least, '--sed', '1'], 'COMMAND_LINE', '--sed'],
    ['a stray word', [...least, 'more'], 'COMMAND_LINE', 'more'],
    ['a word without its value', [...least, '--seed'], 'COMMAND_LINE', '--seed'],
    ['a negative seed', [...least, '--seed=-1'], 'COMMAND_LINE', '-1'],
    ['a seed that is none', [...least, '--seed', '1.5'], 'COMMAND_LINE', '1.5'],
    ['a seed over 32 bits', [...least, '--seed', '4294967296'], 'COMMAND_LINE', '4294967296'],
    ['no thread', [...least, '--threads', '0'], 'COMMAND_LINE', 'from 1 to 64'],
    ['an empty seed', [...least, '--seed', ''], 'COMMAND_LINE', '--seed'],
    ['an unknown backend', [...least, '--backend', 'webgl'], 'COMMAND_LINE', 'webgl'],
    ['an unknown host', [...least, '--host', 'deno'], 'COMMAND_LINE', 'deno'],
    ['too long a trace', [...least, '--trace', '1001'], 'COMMAND_LINE', '1001'],
    ['an option of another model', [...least, '--set', 'contrastWeight=3'], 'COMMAND_LINE', 'contrastWeight'],
    ['an option of the prototype', [...least, '--set', '__proto__=3'], 'COMMAND_LINE', '__proto__'],
    ['an option without a value', [...least, '--set', 'layers'], 'CONFIG_INVALID', 'Layers'],
    ['an option out of range', [...least, '--set', 'layers=99'], 'CONFIG_INVALID', 'Layers'],
    ['an option that is no number', [...least, '--set', 'learningRate=fast'], 'CONFIG_INVALID', 'Learning rate'],
    ['no epochs', [...least, '--epochs', '0'], 'CONFIG_INVALID', 'Epochs'],
    ['empty epochs', [...least, '--epochs', ''], 'CONFIG_INVALID', 'Epochs'],
  ];
  for (const [what, words, code, named] of bad) {
    it(`are refused with a sentence: ${what}`, () => {
      const fault = refusal(words);
      expect(fault.code).toBe(code);
      expect(fault.message).toContain(named);
      expect(fault.message).toMatch(/^\S[^]*\.$/);
      expect(fault.hint).toMatch(/^\S[^]*\.$/);
    });
  }
});

describe('what a run leaves', () => {
  it('safetensors: arrays in order, aligned, with their metadata', () => {
    const floats = Float32Array.of(1, -2.5, 3e-40, Infinity, NaN, 0);
    // A view into a larger buffer, and a name of which the header's length is no multiple of eight.
    const view = Int32Array.of(9, 1, -2, 9).subarray(1, 3);
    const bytes = encodeSafetensors(
      [
        { name: 'größe', shape: [2, 3], values: floats },
        { name: 'none', shape: [0, 4], values: new Float32Array(0) },
        { name: 'ids', shape: [2], values: view },
        { name: 'scalar', shape: [], values: Float32Array.of(7) },
      ],
      { model: 'bpr', note: '“quoted”' },
    );
    const { arrays, metadata } = parseSafetensors(bytes);
    expect(Object.fromEntries(arrays)).toEqual({
      größe: { dtype: 'F32', shape: [2, 3], values: floats },
      none: { dtype: 'F32', shape: [0, 4], values: new Float32Array(0) },
      ids: { dtype: 'I32', shape: [2], values: Int32Array.of(1, -2) },
      scalar: { dtype: 'F32', shape: [], values: Float32Array.of(7) },
    });
    expect(metadata).toEqual({ model: 'bpr', note: '“quoted”' });
    expect(parseSafetensors(encodeSafetensors([]))).toEqual({ arrays: new Map(), metadata: {} });
  });

  it('safetensors: refuses what would not be read back', () => {
    const two = Float32Array.of(1, 2);
    expect(() => encodeSafetensors([{ name: 'a', shape: [3], values: two }])).toThrow('a has 2 values');
    expect(() =>
      encodeSafetensors([
        { name: 'a', shape: [2], values: two },
        { name: 'a', shape: [2], values: two },
      ]),
    ).toThrow('Two arrays');
    expect(() => encodeSafetensors([{ name: '__metadata__', shape: [2], values: two }], { a: 'b' })).toThrow(
      'Two arrays',
    );
  });
});

describe('folders', () => {
  const made: string[] = [];
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'lodestone-test-'));
    made.push(path);
    return path;
  };
  afterEach(() => made.splice(0).forEach((path) => rmSync(path, { recursive: true, force: true })));

  it('are read with paths relative to them; a file is itself', async () => {
    const path = folder();
    mkdirSync(join(path, 'sub'));
    writeFileSync(join(path, 'b.inter'), 'b');
    writeFileSync(join(path, 'sub', 'a.npy'), 'abc');
    const files = await filesOf(path);
    expect(files.map((file) => file.path)).toEqual(['b.inter', join('sub', 'a.npy')]);
    expect(await files[1]!.file.text()).toBe('abc');
    expect((await filesOf(join(path, 'b.inter'))).map((file) => file.path)).toEqual(['b.inter']);
    await expect(filesOf(join(path, 'missing'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('get what the run has, and no file for what it has not', async () => {
    const run = newRun(
      'run',
      'a run',
      {
        model: 'bpr',
        config: completeConfig('bpr', {}),
        seed: 1,
        dataset: { id: 'd', name: 'Demo', fingerprint: 'f' },
        backend: 'cpu',
        allowSoftware: false,
      },
      '2026-01-01T00:00:00.000Z',
    );
    const failed = join(folder(), 'new', 'folder');
    await writeRunFiles(failed, run, {
      dataset: null,
      embeddings: null,
      lists: null,
      study: null,
      weights: null,
      trace: null,
    });
    expect(readdirSync(failed)).toEqual(['run.json']);
    expect(JSON.parse(readFileSync(join(failed, 'run.json'), 'utf8'))).toEqual(run);
    const whole = folder();
    const reading: DatasetReading = { files: { 'a.inter': { role: 'interactions', columns: { user: '#1' } } } };
    await writeRunFiles(whole, run, {
      dataset: {
        users: 2,
        items: 1,
        labels: { users: null, items: ['Red hat'], originalUsers: ['ann', 'bob'], originalItems: ['B004'] },
        reading,
      },
      embeddings: { users: Float32Array.of(1, 2, 3, 4), items: Float32Array.of(5, 6), userCount: 2, itemCount: 1 },
      lists: { users: Int32Array.of(0), topItems: Int32Array.of(0), topScores: Float32Array.of(1), cutoff: 1 },
      study: Uint8Array.of(3),
      weights: Uint8Array.of(4, 5),
      trace: { safetensors: Uint8Array.of(1, 2), json: '{}' },
    });
    expect(readdirSync(whole).sort()).toEqual([
      'embeddings.safetensors',
      'items.csv',
      'reading.json',
      'recommendations.csv',
      'run.json',
      'run.lodestone.json',
      'trace.json',
      'trace.safetensors',
      'users.csv',
      'weights.safetensors',
    ]);
    for (const name of readdirSync(whole)) expect(USAGE).toContain(` ${name} `);
    const { arrays, metadata } = parseSafetensors(readFileSync(join(whole, 'embeddings.safetensors')));
    expect(arrays.get('users')).toEqual({ dtype: 'F32', shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) });
    expect(arrays.get('items')?.shape).toEqual([1, 2]);
    expect(metadata).toEqual({ model: 'bpr', dataset: 'Demo', fingerprint: 'f' });
    const text = (name: string): string => readFileSync(join(whole, name), 'utf8');
    expect(text('recommendations.csv')).toBe('user,rank,item,score,user_index,item_index\nann,1,B004,1.000000,0,0\n');
    expect(text('users.csv')).toBe('index,id,name\n0,ann,\n1,bob,\n');
    expect(text('items.csv')).toBe('index,id,name\n0,B004,Red hat\n');
    const again = parseRun([...least, '--reading', join(whole, 'reading.json')]);
    expect(again.reading).toMatchObject(reading);
  });
});

describe('the browser’s storage, where it fails', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  type Outcome = 'refused' | 'closed' | 'completes' | { readonly aborts: Error | null };

  /** Just enough of IndexedDB to open and write, which end as `outcomes` say, one after the other and the last for good. */
  function stub(outcome: Outcome, ...outcomes: Outcome[]): void {
    const next = (): void => void (outcome = outcomes.shift() ?? outcome);
    vi.stubGlobal('indexedDB', {
      open: () => {
        const request: { result?: unknown; error?: Error; onsuccess?: () => void; onerror?: () => void } = {};
        queueMicrotask(() => {
          if (outcome === 'refused' || outcome === 'closed') {
            request.error =
              outcome === 'refused'
                ? new DOMException('denied', 'SecurityError')
                : new DOMException('The connection was closed.', 'AbortError');
            next();
            return request.onerror?.();
          }
          request.result = {
            transaction: () => {
              const transaction: {
                error?: Error | null;
                onabort?: () => void;
                oncomplete?: () => void;
                objectStore?: () => unknown;
              } = {};
              transaction.objectStore = () => {
                setTimeout(() => {
                  const end = outcome;
                  next();
                  if (typeof end === 'string') return transaction.oncomplete?.();
                  transaction.error = end.aborts;
                  transaction.onabort?.();
                }, 0);
                return { put: () => undefined, transaction };
              };
              return transaction;
            },
          };
          request.onsuccess?.();
        });
        return request;
      },
    });
  }

  /** 'stored', or the fault; by a fresh module unless told, since an open connection is kept in it. */
  async function write(fresh = true): Promise<'stored' | Fault> {
    if (fresh) vi.resetModules();
    const { browserDatabase } = await import('../../src/storage/database');
    const answer = browserDatabase()
      .settings.set('key', 1)
      .then(
        () => 'stored' as const,
        (error: unknown) => (error as AppError).toFault(),
      );
    await vi.runAllTimersAsync();
    return answer;
  }

  it('says which of three things happened, and what to do', async () => {
    const faults: Fault[] = [];
    stub('refused');
    faults.push((await write()) as Fault);
    stub({ aborts: new DOMException('full', 'QuotaExceededError') });
    faults.push((await write()) as Fault);
    stub({ aborts: new DOMException('gone', 'InvalidStateError') });
    faults.push((await write()) as Fault);
    expect(faults.map(({ code }) => code)).toEqual(['STORE_UNAVAILABLE', 'STORE_QUOTA', 'STORE_BROKEN']);
    expect(faults.map(({ message }) => message.includes('denied') || message.includes('gone'))).toEqual([
      true,
      false,
      true,
    ]);
    for (const { message, hint } of faults) for (const text of [message, hint]) expect(text).toMatch(/[^]{10,}/);
  });

  it('opens again after it could not be opened', async () => {
    stub('refused', 'completes');
    expect(await write()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await write(false)).toBe('stored');
  });

  it('tries again while the browser closes the connection, as it does while it clears the site’s data, and not for ever', async () => {
    stub('closed', 'closed', 'closed', 'completes');
    expect(await write()).toBe('stored');
    // A transaction that is broken off for no reason that it names.
    stub({ aborts: null }, 'completes');
    expect(await write()).toBe('stored');
    stub('closed');
    expect(await write()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
