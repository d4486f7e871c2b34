// `npm test`: installs what is missing and runs the checks that every change needs. With `--all`, and where `CI` is set as on
// build servers, also those that take long: endurance of every model, proofs of devices, browser tests of rarer corners.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const all = process.argv.includes('--all') || Boolean(process.env.CI);
const STEPS = [
  ['node', 'cli/setup.mjs', '--tests'],
  ['node', 'cli/check.mjs'],
  ['npx', 'vitest', 'run', ...projects(all ? ['node*', 'chromium*'] : ['node', 'node-alone', 'chromium'])],
  ['npx', 'playwright', 'test', ...projects(all ? [] : ['everyday*'])],
];

for (const [tool, ...options] of STEPS) {
  const { status } = spawnSync(tool, options, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
if (!all) console.error('Passed. What takes long was left out: `npm test -- --all` runs it too.');

function projects(names) {
  return names.flatMap((name) => ['--project', name]);
}
