import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { crc32 } from '../../workers/formats/crc32';
import { gzip } from '../../workers/formats/gzip';
import { inflate } from '../../workers/formats/inflate';
import { blobSource, type ByteSource } from '../../workers/formats/source';

// In Node and in Chromium: both read the same bytes the same way.

type Bytes = Uint8Array<ArrayBuffer>;

const zeros = (count: number): Bytes => new Uint8Array(count);

async function joined(...parts: readonly BlobPart[]): Promise<Bytes> {
  return new Uint8Array(await new Blob([...parts]).arrayBuffer());
}
async function packed(text: string, format: CompressionFormat = 'gzip'): Promise<Bytes> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function collect(chunks: AsyncIterable<Bytes>): Promise<string> {
  const parts: Bytes[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Blob(parts).text();
}

async function contentOf(source: ByteSource, signal?: AbortSignal): Promise<AsyncIterable<Bytes>> {
  const opened = await gzip.open(source, {});
  if (opened.kind !== 'archive') throw new Error(`It was opened as ${opened.kind}.`);
  return opened.entries[0]!.chunks({ signal });
}

async function unpacked(bytes: Bytes): Promise<string> {
  try {
    return await collect(await contentOf(blobSource('a/toy.csv.gz', new Blob([bytes]))));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}
const refused = (why: string): string => `GZIP_BROKEN: toy.csv.gz is damaged or truncated (${why}).`;

describe('a gzip file', () => {
  it('of one member is its content', async () => {
    const text = 'user,item\n1,2\n'.repeat(50_000);
    expect(await unpacked(await packed(text))).toBe(text);
  });

  it('of several members is one after the other, as cat and bgzip write them', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `${i},${'x'.repeat((i * 37) % 900)}\n`);
    expect(await unpacked(await joined(...(await Promise.all(lines.map((line) => packed(line))))))).toBe(
      lines.join(''),
    );
    const long = 'a long first member\n'.repeat(200_000);
    expect(await unpacked(await joined(await packed(long), await packed('b\n')))).toBe(`${long}b\n`);
  });

  it('may have empty members, and zeros behind and between members', async () => {
    const [empty, a, b] = await Promise.all([packed(''), packed('a'), packed('b')]);
    expect(await unpacked(empty)).toBe('');
    expect(await unpacked(await joined(empty, a, empty, b, empty))).toBe('ab');
    expect(await unpacked(await joined(a, zeros(1)))).toBe('a');
    expect(await unpacked(await joined(a, zeros(512), b, zeros(5_000_000)))).toBe('ab');
  });

  it('may say more in its header', async () => {
    const plain = await packed('a');
    // Extra field of three bytes, name and comment.
    const head = Uint8Array.from([0x1f, 0x8b, 8, 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3]);
    const full = await joined(head, 'toy.csv\0', 'a comment\0', plain.subarray(10));
    expect(await unpacked(await joined(plain, full))).toBe('aa');
    // A checksum of the header alone.
    const short = Uint8Array.from([0x1f, 0x8b, 8, 2, 0, 0, 0, 0, 0, 3]);
    const sum = crc32(short);
    const checked = async (low: number): Promise<string> =>
      unpacked(await joined(short, Uint8Array.of(low, (sum >> 8) & 255), plain.subarray(10)));
    expect(await checked(sum & 255)).toBe('a');
    expect(await checked((sum & 255) ^ 1)).toBe(refused('its header is damaged'));
  });

  it('is refused where a member is cut off, damaged or followed by something else', async () => {
    const [a, b] = [await packed('a'), await packed('user,item\n1,2\n'.repeat(1000))];
    const flipped = (at: number): Bytes => b.map((byte, i) => (i === b.length + at ? byte ^ 1 : byte));
    for (const kept of [2, 9, 20, b.length - 9, b.length - 1])
      expect(await unpacked(await joined(a, b.subarray(0, kept))), `${kept} bytes`).toBe(refused('it ends early'));
    const strange = refused('bytes that are not gzip follow its end');
    expect(await unpacked(await joined(a, 'garbage'))).toBe(strange);
    expect(await unpacked(await joined(a, zeros(9), 'garbage'))).toBe(strange);
    expect(await unpacked(await joined(a, b.subarray(0, 1)))).toBe(strange);
    expect(await unpacked(await joined(a, flipped(-8)))).toBe(refused('its checksum does not match'));
    expect(await unpacked(await joined(a, flipped(-4)))).toBe(refused('its length does not match'));
    expect(await unpacked(await joined(a, b.with(3, 0x80)))).toBe(refused('its header is of no known kind'));
    expect(await unpacked(await joined(a, b.with(10, 7)))).toBe(refused('a block is of no known kind'));
  });

  it('is read as it comes, and a cancel is heard whatever it holds', async () => {
    const member = await packed('0'.repeat(2 ** 20));
    let taken = 0;
    const endless: ByteSource = {
      ...blobSource('a/toy.csv.gz', new Blob()),
      storedBytes: 1e15,
      blob: null,
      // Nothing here waits: no message would be heard.
      async *chunks() {
        for (;;) {
          taken += 1;
          yield member;
        }
      },
    };
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    let length = 0;
    const reading = async (): Promise<void> => {
      for await (const chunk of await contentOf(endless, stop.signal)) {
        length += chunk.length;
        expect(taken * 2 ** 20 - length).toBeLessThanOrEqual(2 ** 20);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'IMPORT_CANCELLED' });
    expect(length).toBeGreaterThan(0);
  });
});

describe('deflated data in other files', () => {
  const broken = (reason: string): AppError => new AppError('FILE_BROKEN', reason, '');
  async function* all(bytes: Bytes): AsyncGenerator<Bytes, void, undefined> {
    yield bytes;
  }

  it('end where they end, whatever lies behind them', async () => {
    for (const format of ['deflate', 'deflate-raw'] as const) {
      const text = 'some text, some text'.repeat(100);
      const chunks = all(await joined(await packed(text, format), 'what lies behind'));
      expect(await collect(inflate('x', chunks, format, 1e9, undefined, broken)), format).toBe(text);
    }
  });

  it('come out in small parts, and no more of them than the limit', async () => {
    // One piece of 60 kB that becomes 64 MB.
    const bytes = await packed('0'.repeat(2 ** 26), 'deflate');
    const limit = 2 ** 22;
    let length = 0;
    let largest = 0;
    const reading = async (): Promise<void> => {
      for await (const part of inflate('x', all(bytes), 'deflate', limit, undefined, broken)) {
        length += part.length;
        largest = Math.max(largest, part.length);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'ZIP_BOMB' });
    expect(length).toBe(limit);
    expect(largest).toBeLessThanOrEqual(2 ** 18);
  });

  it('are refused for what zlib finds in them', async () => {
    const whole = await packed('some text, some text'.repeat(100), 'deflate');
    const refusal = async (bytes: Bytes): Promise<string> => {
      try {
        return await collect(inflate('x', all(bytes), 'deflate', 1e9, undefined, broken));
      } catch (error) {
        return error instanceof AppError ? error.message : `${error}`;
      }
    };
    expect(await refusal(whole.slice(0, -1))).toBe('it ends early');
    expect(await refusal(whole.with(whole.length - 1, whole.at(-1)! ^ 1))).toBe('its checksum does not match');
    expect(await refusal(whole.with(0, 0x79))).toBe('its header is of no known kind');
    // A header that asks for a dictionary.
    expect(await refusal(Uint8Array.of(0x78, 0xbb, 0, 0, 0, 1, 3, 0))).toBe('its header is of no known kind');
    // A copy from before the beginning, in zlib's own words.
    expect(await refusal(Uint8Array.of(0x78, 0x9c, 0x03, 0x02, 0x00))).toBe('invalid distance too far back');
  });
});
