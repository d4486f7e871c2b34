import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import type { Matrix } from '../../workers/formats/format';
import { open } from '../../workers/formats/recognise';
import type { ByteSource } from '../../workers/formats/source';
import { zipOf, type Bytes } from '../helpers/dataBuilders';
import { fixture, fixtureNames, sourceOf } from '../helpers/formatFixtures';
import { Dice, mutated } from '../helpers/mutations';
import { soak } from '../helpers/soak';
import { partsOf } from '../helpers/zipParts';

const MUTATIONS = soak ? 10_000 : 400;
/** Of the processor's time, so that a busy machine changes nothing. */
const MOST_MILLISECONDS = 1000;
const MOST_BYTES = 600 * 2 ** 20;
/** Small enough that a matrix comes in several blocks. */
const ROWS = 16;

/** Reads everything that a file holds and keeps nothing. Every failure must be one with a code. */
async function drain(source: ByteSource, depth = 0): Promise<void> {
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.message).not.toBe('');
    }
  };
  const read = (matrix: Matrix | null): Promise<void> =>
    attempt(async () => {
      for await (const block of matrix?.blocks(ROWS, {}) ?? [])
        if (block.length > ROWS * matrix!.columns || block.length % matrix!.columns > 0)
          throw new Error('A block has a wrong length.');
    });
  await attempt(async () => {
    const opened = await open(source, {});
    if (opened.kind === 'archive') {
      for (const entry of opened.entries.slice(0, 20)) {
        if (depth < 2) await drain(entry, depth + 1);
      }
    } else if (opened.kind === 'arrays') {
      for (const array of opened.arrays) {
        if (array.kind === 'matrix') await read(array.matrix);
        if (array.kind === 'vector') {
          await read(array.matrix);
          await attempt(async () => void (await array.ids?.read({})));
        }
        if (array.kind === 'sparse') await attempt(() => array.sparse.read({}, () => undefined));
      }
    } else {
      const { table } = opened;
      await attempt(() => table.read({}, () => undefined));
      for (let column = 0; column < table.columns.length && table.matrix; column++) {
        await attempt(async () => read(await table.matrix!([column])));
      }
    }
  });
}

async function changed(name: string, dice: Dice): Promise<Bytes> {
  const other = fixture(dice.of(fixtureNames()));
  const isZip = (name.endsWith('.pt') && !name.includes('legacy')) || name.endsWith('.npz');
  if (!isZip || dice.below(4) === 0) return mutated(fixture(name), other, dice);
  // Inside, where no checksum shields the reader.
  const parts = await partsOf(name, fixture(name));
  const described = parts.findIndex((part) => part.name.endsWith('data.pkl'));
  const chosen = described >= 0 && dice.below(8) > 0 ? described : dice.below(parts.length);
  return zipOf(
    parts.map((part, i) => (i === chosen ? { ...part, content: mutated(part.content, other, dice) } : part)),
  );
}

describe('files with changes in them', () => {
  it(
    `${MUTATIONS} of them end in an error with a code, or are read, soon and in little memory`,
    { timeout: 1_800_000 },
    async () => {
      const names = fixtureNames();
      const dice = new Dice(20_240_601);
      let slowest = { name: '', milliseconds: 0 };
      const before = process.memoryUsage.rss();
      let most = before;
      for (let i = 0; i < MUTATIONS; i++) {
        const name = names[i % names.length]!;
        const bytes = await changed(name, dice);
        const start = process.cpuUsage();
        try {
          await drain(sourceOf(name, bytes));
        } catch (error) {
          throw new Error(`Mutation ${i} of ${name}: ${error instanceof Error ? error.stack : String(error)}`, {
            cause: error,
          });
        }
        const { user, system } = process.cpuUsage(start);
        const milliseconds = (user + system) / 1000;
        if (milliseconds > slowest.milliseconds) slowest = { name: `${name}, ${i}`, milliseconds };
        most = Math.max(most, process.memoryUsage.rss());
      }
      console.info(
        `slowest: ${slowest.name}: ${slowest.milliseconds.toFixed(0)} ms; memory: ${Math.round((most - before) / 2 ** 20)} MiB more`,
      );
      expect(slowest.milliseconds, slowest.name).toBeLessThan(MOST_MILLISECONDS);
      expect(most - before).toBeLessThan(MOST_BYTES);
    },
  );
});

const latin1 = (signs: string): Bytes => Uint8Array.from(signs, (sign) => sign.charCodeAt(0));

describe('a pickle that would call something', () => {
  const call = (pickle: Uint8Array): Bytes => zipOf([{ name: 'a/data.pkl', content: pickle, stored: true }]);
  const errorOf = async (bytes: Bytes): Promise<AppError> => {
    try {
      await open(sourceOf('features.pt', bytes), {});
    } catch (error) {
      return error as AppError;
    }
    throw new Error('It was read.');
  };

  it('is refused by the name of what it would call', async () => {
    const error = await errorOf(call(latin1('\x80\x02cposix\nsystem\nX\x04\0\0\0exit\x85R.')));
    expect(error).toMatchObject({ code: 'FILE_UNSUPPORTED' });
    expect(error.message).toContain('`posix.system`');
  });

  it('is damaged when it ends early, nests a list in itself, or counts wrongly', async () => {
    for (const pickle of [
      '\x80\x02',
      '\x80\x02]q\0h\0h\0e.',
      '\x80\x02t.',
      '\x80\x02h\x05.',
      '\x80\x02X\xff\xff\xff\x7f.',
      '\x80\x02(((((R.',
    ])
      expect((await errorOf(call(latin1(pickle)))).code, pickle).toBe('FILE_BROKEN');
    expect((await errorOf(call(latin1('\x80\x02]q\0h\0a.')))).code).toBe('FILE_UNSUPPORTED');
  });

  it('may hold lists in lists without end', async () => {
    // Each list holds the one before ten times: ten to the power of thirty leaves.
    const deep =
      '\x80\x02]' +
      Array.from(
        { length: 30 },
        (_, i) => `q${String.fromCharCode(i)}0](${`h${String.fromCharCode(i)}`.repeat(10)}e`,
      ).join('') +
      '.';
    expect((await errorOf(call(latin1(deep)))).code).toBe('FILE_UNSUPPORTED');
  });
});
