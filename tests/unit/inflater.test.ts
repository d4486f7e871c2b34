import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { inflate } from '../../workers/formats/inflate';
import { join, type Bytes } from '../helpers/dataBuilders';
import { Dice } from '../helpers/mutations';

const PACK = { gzip: gzipSync, deflate: deflateSync, 'deflate-raw': deflateRawSync };
const UNPACK = { gzip: gunzipSync, deflate: inflateSync, 'deflate-raw': inflateRawSync };
type Kind = keyof typeof PACK;

/** Noise, few letters, copies from near, copies from afar. */
function content(dice: Dice): Bytes {
  const bytes = new Uint8Array(dice.below(4) === 0 ? dice.below(60_000) : dice.below(3000));
  const kind = dice.below(4);
  for (let i = 0; i < bytes.length; i++) {
    if (kind === 0) bytes[i] = dice.below(256);
    else if (kind === 1) bytes[i] = dice.below(5);
    else if (kind === 2) bytes[i] = i % 7 === 0 ? dice.below(5) : bytes[Math.max(0, i - 1 - dice.below(40))]!;
    else bytes[i] = 65 + (Math.floor(i / 50) % 3);
  }
  return bytes;
}

/** Damages in most cases: bits, or the end cut off. */
function damaged(bytes: Bytes, dice: Dice): Bytes {
  if (dice.below(3) === 0) return bytes.slice(0, dice.below(bytes.length));
  const copy = bytes.slice();
  for (let i = dice.below(3); i >= 0; i--)
    copy[dice.below(dice.below(2) ? copy.length : Math.min(copy.length, 100))]! ^= 1 << dice.below(8);
  return copy;
}

async function ours(bytes: Bytes, kind: Kind, dice: Dice): Promise<Bytes | null> {
  const size = dice.of([1, 7, 1000, 2 ** 21]);
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  };
  const parts: Bytes[] = [];
  try {
    for await (const part of inflate(
      'x',
      chunks(),
      kind,
      1e9,
      undefined,
      (why) => new AppError('FILE_BROKEN', why, ''),
    ))
      parts.push(part);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return null;
  }
  return join(...parts);
}

function theirs(bytes: Bytes, kind: Kind): Bytes | null {
  try {
    return new Uint8Array(UNPACK[kind](bytes));
  } catch {
    return null;
  }
}

it('inflates and refuses what zlib inflates and refuses', async () => {
  const dice = new Dice(1951);
  const counts = { read: 0, refused: 0 };
  for (let round = 0; round < 240; round++) {
    const kind = dice.of(['gzip', 'deflate', 'deflate-raw'] as const);
    const packed = new Uint8Array(
      PACK[kind](content(dice), {
        level: dice.below(10),
        strategy: dice.below(5),
        memLevel: 1 + dice.below(9),
        windowBits: 9 + dice.below(7),
      }),
    );
    const bytes = dice.below(2) === 0 ? packed : damaged(packed, dice);
    const [mine, zlib] = [await ours(bytes, kind, dice), theirs(bytes, kind)];
    expect(mine === null ? null : Buffer.compare(mine, zlib ?? new Uint8Array(1)), `${round}, ${kind}`).toBe(
      zlib === null ? null : 0,
    );
    counts[zlib === null ? 'refused' : 'read'] += 1;
  }
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(60);
});
