// `npm run check`: types, lint and layout side by side; what one of them says is printed when it has ended.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// ESLint keeps no cache: one of its rules asks for types, which change with other files than the one it reads.
const CHECKS = [
  ['tsc', '--noEmit', '-p', '.', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/tsc.json'],
  ['eslint', '.', '--max-warnings', '0'],
  ['prettier', '--check', '--log-level', 'warn', '--cache', '.'],
];

function run([tool, ...options]) {
  return new Promise((resolve) => {
    const child = spawn('npx', ['--no-install', tool, ...options], { cwd: root, shell: process.platform === 'win32' });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
    child.on('error', (error) => said.push(Buffer.from(String(error))));
    child.on('close', (code) => {
      process.stderr.write(Buffer.concat(said));
      resolve(code === 0);
    });
  });
}

const passed = await Promise.all(CHECKS.map(run));
process.exit(passed.every(Boolean) ? 0 : 1);
