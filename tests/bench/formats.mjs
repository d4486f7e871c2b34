// How fast and in how much memory features are read: `node tests/bench/formats.mjs [megabytes]`. Each file is read by a process
// of its own, which has only its memory taken; Python 3 with numpy, h5py and pyarrow writes them.
import { fork, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from '../../cli/bundle.mjs';

if (process.argv[2] === '--child') {
  const { readFeatures } = await import(pathToFileURL(process.argv[3]).href);
  process.send(await readFeatures(process.argv[4]));
} else {
  const megabytes = Number(process.argv[2] ?? 256);
  const folder = mkdtempSync(join(tmpdir(), 'formats-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const python = spawnSync(
    process.env.PYTHON ?? 'python3',
    [fileURLToPath(new URL('formats.py', import.meta.url)), folder, String(megabytes)],
    { stdio: 'inherit' },
  );
  if (python.status !== 0) process.exit(1);
  const path = await bundle('tests/bench/formats.ts');
  const script = fileURLToPath(import.meta.url);
  const read = (file) =>
    new Promise((resolve, reject) => {
      const child = fork(script, ['--child', path, join(folder, file)]);
      child.on('message', resolve);
      child.on('exit', (code) => code && reject(new Error(`${file} could not be read.`)));
    });
  const files = ['plain.npy', ...readdirSync(folder).filter((file) => file !== 'plain.npy')];
  let base = null;
  process.stdout.write(
    `| ${megabytes} MiB of features | MB/s | of NPY's rate | of NPY's rate, by processor time | peak memory, MiB |\n|---|---:|---:|---:|---:|\n`,
  );
  for (const file of files) {
    // The first reading brings the file into the system's cache.
    await read(file);
    const runs = [await read(file), await read(file), await read(file)];
    const least = (key) => Math.min(...runs.map((run) => run[key]));
    const figures = { seconds: least('seconds'), processor: least('processorSeconds') };
    base ??= figures;
    const cells = [
      file,
      (runs[0].valueBytes / figures.seconds / 1e6).toFixed(0),
      (base.seconds / figures.seconds).toFixed(2),
      (base.processor / figures.processor).toFixed(2),
      Math.round(least('peakBytes') / 2 ** 20),
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
}
