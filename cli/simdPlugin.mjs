// A Vite plugin: `import { plain, relaxed } from './kernels.ts?simd'` is the AssemblyScript file as a WebAssembly module, in base64:
// with plain SIMD, and with relaxed SIMD, in which to multiply and add is one instruction.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import asc from 'assemblyscript/asc';

const SUFFIX = '?simd';

export function simdPlugin() {
  return {
    name: 'lodestone-simd',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith(SUFFIX)) return null;
      const path = id.slice(0, -SUFFIX.length);
      const plain = await compile(path, 'simd');
      const relaxed = await compile(path, 'simd,relaxed-simd');
      for (const file of plain.files) this.addWatchFile(file);
      const text = ({ binary }) => JSON.stringify(Buffer.from(binary).toString('base64'));
      return `export const plain = ${text(plain)};\nexport const relaxed = ${text(relaxed)};`;
    },
  };
}

/** The module works on memory that it imports and that belongs to another: it must bring no data of its own. */
async function compile(path, features) {
  const files = [];
  let binary;
  const { error, stderr } = await asc.main(
    [
      basename(path),
      '--outFile',
      'kernels.wasm',
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '65536',
      '--enable',
      features,
      '--use',
      'abort=',
    ],
    {
      // The compiler also asks for files that a module might be; null says that there is none.
      readFile: async (name) => {
        const file = join(dirname(path), name);
        const source = await readFile(file, 'utf8').catch(() => null);
        if (source !== null) files.push(file);
        return source;
      },
      writeFile: (_, data) => (binary = data),
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`${path} does not compile: ${error?.message ?? ''}\n${stderr.toString()}`);
  if (hasData(binary)) throw new Error(`${path} has data of its own, which would overwrite the heap that it works on.`);
  return { binary, files };
}

const DATA_SECTION = 11;

/** Whether a WebAssembly binary has a data section: after 8 bytes of header, sections of an id, a length and their bytes. */
function hasData(binary) {
  for (let at = 8; at < binary.length;) {
    const id = binary[at++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++];
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (id === DATA_SECTION) return true;
    at += length;
  }
  return false;
}
