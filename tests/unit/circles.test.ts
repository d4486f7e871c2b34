import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = execFileSync('git', ['ls-files', 'src', 'workers', 'cli'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => /\.tsx?$/.test(path) && !path.includes('/assembly/'));
const known = new Set(files);

/** What a file imports of ours, types included. */
function importsOf(path: string): string[] {
  const text = readFileSync(`${root}${path}`, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^'?]*)/g)].flatMap(([, address]) => {
    const base = posix.normalize(posix.join(posix.dirname(path), address!));
    return [base, `${base}.ts`, `${base}.tsx`].filter((one) => known.has(one));
  });
}

it('no file imports itself through others', () => {
  const graph = new Map(files.map((path) => [path, importsOf(path)]));
  expect([...graph.values()].flat().length).toBeGreaterThan(files.length);
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    expect(way.includes(path) ? [...way.slice(way.indexOf(path)), path].join(' → ') : '').toBe('');
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of files) walk(path, []);
});
