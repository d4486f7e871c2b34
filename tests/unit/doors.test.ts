import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { posix } from 'node:path';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MODEL_IDS } from '../../src/domain/models/catalogue';
// @ts-expect-error: a configuration file, without types
import { ROOMS, roomOf, rooms } from '../../eslint.rooms.js';

interface Room {
  readonly name: string;
  readonly imports: readonly string[];
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = execFileSync('git', ['ls-files', 'src', 'workers', 'cli'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => /\.tsx?$/.test(path) && !path.includes('/assembly/'));
const all = ROOMS as readonly Room[];
const nameOf = (path: string): string => (roomOf(path) as Room | null)?.name ?? '';
const exampleOf = (name: string): string => {
  const found = files.find((path) => nameOf(path) === name);
  if (!found) throw new Error(`No file lies in ${name}.`);
  return found;
};

const linter = new Linter({ cwd: root });
/** What the house's rules say of a file that is planted at `path`. */
const refusals = (path: string, code: string): string[] =>
  linter
    .verify(
      code,
      {
        files: ['**/*.ts', '**/*.tsx'],
        plugins: { rooms },
        rules: { 'rooms/doors': 'error', 'rooms/model-names': 'error' },
      },
      `${root}${path}`,
    )
    .map(({ message }) => message);

const planted = (room: string): string => posix.join(posix.dirname(exampleOf(room)), 'planted.ts');
/** A place in a room whose own file name decides which room it is in. */
const placeIn = (room: string): string => (nameOf(planted(room)) === room ? planted(room) : exampleOf(room));
const address = (from: string, to: string): string => {
  const path = posix.relative(posix.dirname(from), to.replace(/\.tsx?$/, ''));
  return path.startsWith('.') ? path : `./${path}`;
};

describe('the doors between rooms', () => {
  it('have every file in a room, and every room in use', () => {
    expect(files.filter((path) => nameOf(path) === '')).toEqual([]);
    for (const { name, imports } of all) {
      expect(exampleOf(name)).toBeTruthy();
      for (const other of imports) expect(all.map((room) => room.name)).toContain(other);
    }
  });

  it.each(all.map(({ name }) => name))('let %s import what it lists, and refuse every other room', (name) => {
    const from = placeIn(name);
    const { imports } = all.find((room) => room.name === name)!;
    for (const other of all) {
      if (other.name === name) continue;
      const to = exampleOf(other.name);
      for (const code of [
        `import { x } from '${address(from, to)}';`,
        `export * from '${address(from, to)}';`,
        `const x = await import('${address(from, to)}');`,
      ]) {
        const said = refusals(from, code);
        expect(said, `${name} → ${other.name}: ${code}`).toEqual(
          imports.includes(other.name) ? [] : [`There is no door from ${name} to ${other.name}.`],
        );
      }
    }
  });

  it('hold no circle of rooms', () => {
    const reached = (name: string, seen: ReadonlySet<string>): void => {
      expect(seen.has(name), [...seen, name].join(' → ')).toBe(false);
      for (const next of all.find((room) => room.name === name)!.imports) {
        // Catalogue, registry and engine find tables, folders and workers by address; nothing comes back that way.
        if (['tables', 'model folders', 'worker addresses'].includes(next) && name !== 'model folders') continue;
        reached(next, new Set([...seen, name]));
      }
    };
    for (const { name } of all) reached(name, new Set());
  });

  it('keep packages where they belong', () => {
    const refused = (room: string, name: string): boolean => refusals(placeIn(room), `import '${name}';`).length > 0;
    for (const { name } of all) {
      const numeric = ['workers/engine', 'workers/models', 'layers', 'model folders', 'workers/training'];
      expect(refused(name, '@tensorflow/tfjs-core'), name).toBe(!numeric.includes(name));
      const page = /^src\/(ui|charts|state|app|features)/.test(name);
      expect(refused(name, 'react'), name).toBe(!page);
    }
  });
});

describe('a model’s name', () => {
  it.each([...MODEL_IDS])('%s is refused outside its folder, however it is written', (id) => {
    for (const { name } of all) {
      const path = placeIn(name);
      if (path.startsWith(`workers/models/${id}/`)) continue;
      const foreign = path === 'workers/models/lattice/table.ts' && id === 'lightgcn';
      for (const code of [`const x = '${id}';`, `const x = \`${id}\`;`, `const x = { ${id}: 1 };`])
        expect(refusals(path, code).length, `${path}: ${code}`).toBe(foreign ? 0 : 1);
    }
    expect(refusals(`workers/models/${id}/model.ts`, `const x = '${id}';`)).toEqual([]);
    // A loss term may be called as a model is.
    expect(refusals('src/domain/planted.ts', `const x = { key: '${id}' };`)).toEqual([]);
  });
});
