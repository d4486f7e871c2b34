import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
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
  it('end where they end, whatever lies behind them', async () => {
    for (const format of ['deflate', 'deflate-raw'] as const) {
      const text = 'some text, some text'.repeat(100);
      const chunks = async function* () {
        yield await joined(await packed(text, format), 'what lies behind');
      };
      const broken = (reason: string): AppError => new AppError('FILE_BROKEN', reason, '');
      expect(await collect(inflate('x', chunks(), format, 1e9, undefined, broken)), format).toBe(text);
    }
  });
});
