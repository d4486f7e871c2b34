// Ten minutes on a machine with a graphics card: `npm run card -- [--out folder] [--software]`. Proves the device in Node and in Chromium, then
// times every model's step and epoch beside PyTorch's on the same card (PYTHON: a Python with torch, numpy and scipy), captured and not.
// Every part has a limit of time and goes on without those before it; what each printed and wrote lies in the folder, and is summed up at the end.
// --software: on an adapter that runs on the processor, with little of everything, to see that the script works.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { out: { type: 'string' }, software: { type: 'boolean' } } });
const out = values.out ?? 'card';
mkdirSync(out, { recursive: true });
const file = (name) => join(out, name);

const software = values.software ? ['--software'] : [];
const small = values.software ? ['--sets', 'tiny', '--models', 'bpr,lightgcn'] : [];
const steps = values.software ? ['--steps', '2', '--warm-up', '1'] : ['--steps', '20'];
const bench = ['run', 'bench', '--', '--backends', 'webgpu', ...small, ...steps, '--timeout', '60'];

/** `seconds`: all that a part may take. The longest first where one depends on a cache that another fills. */
const PARTS = [
  {
    name: 'proof-node',
    seconds: 100,
    words: ['run', 'lodestone', '--', 'device', '--host', 'node', ...software, '--out', file('node.device.json')],
  },
  {
    name: 'proof-chromium',
    seconds: 120,
    words: ['run', 'lodestone', '--', 'device', ...software, '--out', file('chromium.device.json')],
  },
  { name: 'bench', seconds: 265, words: [...bench, '--peer', '--out', file('bench.json')] },
  {
    name: 'bench-ordinary',
    seconds: 105,
    words: [...bench, '--no-ranking', '--no-capture', '--out', file('ordinary.json')],
  },
];

function run({ name, words, seconds }) {
  return new Promise((resolve) => {
    const log = createWriteStream(file(`${name}.log`));
    const begun = performance.now();
    // A group of its own, so that all that it started ends with it.
    const child = spawn('npm', words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
    let given = false;
    const timer = setTimeout(() => {
      given = true;
      process.kill(-child.pid, 'SIGKILL');
    }, seconds * 1000);
    child.on('close', (code) => {
      clearTimeout(timer);
      log.end();
      resolve({ name, code, given, seconds: (performance.now() - begun) / 1000 });
    });
  });
}

const read = (name) => (existsSync(file(name)) ? JSON.parse(readFileSync(file(name), 'utf8')) : null);
const ms = (entry) => entry?.figures?.step.median;
const digits = (value, count = 2) => (Number.isFinite(value) ? value.toFixed(count) : '–');

/** A line for each model: our epoch and PyTorch's, and what capture is worth. */
function summary() {
  const [timed, ordinary] = [read('bench.json'), read('ordinary.json')];
  const lines = [
    '| model | s per epoch | PyTorch’s | times as fast | ms per step, captured | ordinary |',
    '|---|---:|---:|---:|---:|---:|',
  ];
  for (const entry of timed?.entries ?? []) {
    const { figures, failure, model } = entry;
    const peer = figures?.peer;
    const same = ordinary?.entries.find((other) => other.model === model);
    const cells = figures
      ? [
          digits(figures.epochSeconds),
          digits(peer?.epochSeconds),
          digits(peer && peer.epochSeconds / figures.epochSeconds),
          digits(ms(entry)),
          digits(ms(same)),
        ]
      : [failure];
    lines.push(`| ${[model, ...cells].join(' | ')} |`);
  }
  const device = timed?.entries.find((entry) => entry.device)?.device ?? 'unknown device';
  const theirs = timed?.entries.find((entry) => entry.figures?.peer)?.figures.peer;
  return [`${device}; ${theirs ? `PyTorch ${theirs.torch} on ${theirs.device}` : 'no PyTorch'}`, '', ...lines].join(
    '\n',
  );
}

const ends = [];
for (const part of PARTS) {
  process.stdout.write(`${part.name}: at most ${part.seconds} s …\n`);
  ends.push(await run(part));
}
const told = ends.map(
  ({ name, code, given, seconds }) => `${name}: ${given ? 'given up' : `exit ${code}`} after ${seconds.toFixed(0)} s`,
);
const text = `${[...told, '', summary()].join('\n')}\n`;
writeFileSync(file('summary.md'), text);
process.stdout.write(text);
process.exitCode = ends.every(({ code }) => code === 0) ? 0 : 1;
