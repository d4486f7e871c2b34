import type { EncoderInfo } from '../domain/encoder';
import { check, checked } from '../documents/check';
import { encoderInfo } from '../documents/reasoning';
import type { Database } from './database';

/** Layout, in the table `texts`: `encoder/<id>` says what an encoder is, `encoderFile/<id>/<name>` holds its files. */

export const ENCODER_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.onnx'] as const;
export type EncoderFile = (typeof ENCODER_FILES)[number];
export type EncoderFiles = Readonly<Record<EncoderFile, Blob>>;

const INFO = 'encoder/';
const fileKey = (id: string, name: EncoderFile): string => `encoderFile/${id}/${name}`;

/** All encoders that are stored, by name; of one whose description is damaged only what it is stored under. */
export async function listEncoders(
  database: Database,
): Promise<{ readonly readable: readonly EncoderInfo[]; readonly unreadable: readonly string[] }> {
  const found = await Promise.all(
    (await database.texts.keys(INFO)).map(async (key) => ({
      id: key.slice(INFO.length),
      info: check(encoderInfo, await database.texts.get(key)).value,
    })),
  );
  return {
    readable: found.flatMap(({ info }) => info ?? []).sort((a, b) => a.name.localeCompare(b.name)),
    unreadable: found.flatMap(({ id, info }) => (info ? [] : id)),
  };
}

/** null where there is none. Throws `STORE_DAMAGED`. */
export async function readEncoderInfo(database: Database, id: string): Promise<EncoderInfo | null> {
  const value = await database.texts.get(INFO + id);
  if (value === undefined) return null;
  return checked(encoderInfo, value, 'The encoder', 'Delete it on the Reasoning page and choose its folder again.');
}

/** null where one of the files is not there. */
export async function readEncoderFiles(database: Database, id: string): Promise<EncoderFiles | null> {
  const read = async (name: EncoderFile): Promise<Blob> => {
    const value = await database.texts.get(fileKey(id, name));
    return value instanceof Blob ? value : new Blob();
  };
  const files = {
    'config.json': await read('config.json'),
    'tokenizer.json': await read('tokenizer.json'),
    'tokenizer_config.json': await read('tokenizer_config.json'),
    'model.onnx': await read('model.onnx'),
  };
  return Object.values(files).every(({ size }) => size > 0) ? files : null;
}

/** All of it or nothing. */
export const writeEncoder = (database: Database, info: EncoderInfo, files: EncoderFiles): Promise<void> =>
  database.texts.setMany([
    ...ENCODER_FILES.map((name) => [fileKey(info.id, name), files[name]] as const),
    [INFO + info.id, info],
  ]);

/** Its vectors stay. */
export const deleteEncoder = (database: Database, id: string): Promise<void> =>
  database.texts.delete([INFO + id, ...ENCODER_FILES.map((name) => fileKey(id, name))]);
