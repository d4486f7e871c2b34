import { openAsBlob } from 'node:fs';
import { cpuUsage, resourceUsage } from 'node:process';
import type { Matrix, Opened } from '../../workers/formats/format';
import { open } from '../../workers/formats/recognise';
import { blobSource } from '../../workers/formats/source';

/** What the import reads at once: about 4 MB. */
const BLOCK_BYTES = 4 * 2 ** 20;

interface Reading {
  readonly seconds: number;
  /** Of the processor's time: what a busy machine changes little. */
  readonly processorSeconds: number;
  /** The most memory that the process had. */
  readonly peakBytes: number;
  /** Of the values as float32. */
  readonly valueBytes: number;
}

/** Reads all features of a file, block by block. */
export async function readFeatures(path: string): Promise<Reading> {
  const start = performance.now();
  const used = cpuUsage();
  const matrix = await matrixOf(await open(blobSource(path, await openAsBlob(path)), {}));
  const rows = Math.max(1, Math.floor(BLOCK_BYTES / (4 * matrix.columns)));
  let values = 0;
  for await (const block of matrix.blocks(rows, {})) values += block.length;
  if (values !== matrix.rows * matrix.columns) throw new Error(`${path} gave ${values} values.`);
  const { user, system } = cpuUsage(used);
  return {
    processorSeconds: (user + system) / 1e6,
    seconds: (performance.now() - start) / 1000,
    peakBytes: resourceUsage().maxRSS * 1024,
    valueBytes: 4 * values,
  };
}

async function matrixOf(opened: Opened): Promise<Matrix> {
  if (opened.kind === 'table' && opened.table.matrix) return opened.table.matrix([...opened.table.columns.keys()]);
  const array = opened.kind === 'arrays' ? opened.arrays[0] : undefined;
  if (array?.kind !== 'matrix') throw new Error('The file holds no matrix.');
  return array.matrix;
}
