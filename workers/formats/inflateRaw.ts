import type { ByteReader } from './byteReader';
import { Inflater } from './inflater';

export { DeflateError, endsEarly } from './inflater';

/** So many bytes are inflated before anything else is looked at. */
const PIECE = 2 ** 20;

/** Inflates raw deflate and leaves the reader where it ends. Throws `DeflateError`. */
export async function* inflateRaw(reader: ByteReader): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const inflater = new Inflater();
  let final = false;
  for (;;) {
    const state = inflater.run(final);
    if (state === 'more') {
      const part = await reader.some(PIECE);
      if (part) inflater.feed(part);
      else final = true;
      continue;
    }
    const part = inflater.take();
    if (part.length > 0) yield part;
    if (state === 'end') break;
  }
  reader.unread(inflater.rest());
}
