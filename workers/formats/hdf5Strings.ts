import { records } from './dense';
import { Fields, type Hdf5File } from './hdf5Reader';
import type { ByteSource, Watch } from './source';

/** Texts that are looked up at once. */
const TEXTS_PER_BLOCK = 4096;

/** Text of any length lies in collections; an element says in which and where. */
export async function* longTexts(
  file: Hdf5File,
  source: ByteSource,
  elementBytes: number,
  length: number,
  watch: Watch,
): AsyncGenerator<string, void, undefined> {
  let held = { address: -1, objects: new Map<number, string>() };
  for await (const block of records(source, 0, elementBytes, length, TEXTS_PER_BLOCK, watch)) {
    const fields = new Fields(file, block);
    while (fields.left > 0) {
      fields.skip(4);
      const address = fields.address();
      const index = fields.u32();
      if (address <= 0) {
        yield '';
        continue;
      }
      if (held.address !== address) held = { address, objects: await collection(file, address) };
      yield held.objects.get(index) ?? '';
    }
  }
}

const utf8 = new TextDecoder();

async function collection(file: Hdf5File, address: number): Promise<Map<number, string>> {
  const head = await file.fields(address, 8 + file.lengthBytes);
  head.signature('GCOL');
  head.skip(4);
  const fields = await file.fields(address, head.length());
  fields.skip(8 + file.lengthBytes);
  const objects = new Map<number, string>();
  while (fields.left >= 8 + file.lengthBytes) {
    const index = fields.u16();
    fields.skip(6);
    const length = fields.length();
    if (index === 0) break;
    objects.set(index, utf8.decode(fields.take(length)).replace(/\0+$/, ''));
    fields.skip(Math.min(fields.left, (8 - (length % 8)) % 8));
  }
  return objects;
}
