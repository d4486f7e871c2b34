import { AppError } from '../../src/domain/errors';
import { parseJson } from '../../src/sharing/deflate';
import { packArray, packedArray, unpackFloats } from '../../src/sharing/packedArray';
import { z } from '../../src/documents/schemas';
import type { Database } from '../../src/storage/database';
import {
  answerKeys,
  answerPlace,
  readAnswer,
  writeAnswers,
  type StoredText,
  type StoredVector,
} from '../../src/storage/reasoning';
import { orInstead } from '../../src/storage/replaced';
import { rawFile } from './rawFile';

/** Answers of model servers in an archive, so many to a file. */
const PER_FILE = 2000;

const key = z.string().regex(/^[0-9a-f]{64}$/);
const tokens = z.number().int().min(0).nullable();
const text = z.strictObject({
  text: z.string().max(1_000_000),
  model: z.string().max(500),
  at: z.iso.datetime(),
  promptTokens: tokens,
  answerTokens: tokens,
  cut: z.boolean(),
});
const schema = z.strictObject({
  texts: z.array(z.tuple([key, text])).max(PER_FILE),
  vectors: z.array(z.tuple([key, packedArray])).max(PER_FILE),
});

export const ANSWER_FILE = /^answers\/(\d+)\.json$/;

/** The answers of these keys; those that cannot be read in one file as they are stored. */
export async function* answerFiles(
  database: Database,
  keys: readonly string[],
  now: Date,
): AsyncGenerator<{ readonly name: string; readonly input: Blob }> {
  const unreadable: string[] = [];
  for (let start = 0; start < keys.length; start += PER_FILE) {
    const texts: [string, StoredText][] = [];
    const vectors: [string, unknown][] = [];
    for (const one of keys.slice(start, start + PER_FILE)) {
      const answer = await orInstead(readAnswer(database, one), null);
      if (!answer) unreadable.push(one);
      else if ('text' in answer) texts.push([one, answer]);
      else vectors.push([one, await packArray(answer.vector)]);
    }
    yield { name: `answers/${start / PER_FILE}.json`, input: new Blob([JSON.stringify({ texts, vectors })]) };
  }
  if (unreadable.length === 0) return;
  const places = unreadable.map((key) => ['texts', answerPlace(key)] as const);
  yield { name: 'unreadable/answers.json', input: await rawFile(database, places, now) };
}

/** The answers of a file of an archive. Throws `STUDY_UNREADABLE`. */
export async function readAnswers(name: string, file: Blob): Promise<[string, StoredText | StoredVector][]> {
  const refuse = (): AppError =>
    new AppError(
      'STUDY_UNREADABLE',
      `${name} cannot be read: it holds no answers of model servers.`,
      'It may be truncated or changed. Use another copy of the backup.',
    );
  const found = schema.safeParse(parseJson(await file.text(), refuse));
  if (!found.success) throw refuse();
  const answers: [string, StoredText | StoredVector][] = [...found.data.texts];
  for (const [one, packed] of found.data.vectors) answers.push([one, { vector: await unpackFloats(packed) }]);
  return answers;
}

/** Stores the answers that are not here yet and says how many they were. Throws `STUDY_UNREADABLE`. */
export async function restoreAnswers(database: Database, name: string, file: Blob): Promise<number> {
  const answers = await readAnswers(name, file);
  const here = await answerKeys(database);
  const fresh = answers.filter(([one]) => !here.has(one));
  if (fresh.length > 0) await writeAnswers(database, fresh);
  return fresh.length;
}
