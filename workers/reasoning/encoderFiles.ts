import { AppError } from '../../src/domain/errors';
import type { NamedFile } from '../../src/domain/protocol';
import { z } from '../../src/documents/schemas';
import type { EncoderFiles } from '../../src/storage/encoders';
import { digest } from '../dataset/fingerprint';
import { answerKey } from './keys';

/** The files of a sentence encoder, checked, and what they say of it. */
export interface GatheredEncoder {
  readonly id: string;
  readonly name: string;
  readonly files: EncoderFiles;
  /** Tokens. */
  readonly longest: number;
}

const WHOLE_FOLDER =
  'Drop the model’s whole folder: config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx, as Xenova/all-MiniLM-L6-v2 has them on Hugging Face.';
/** What Git leaves in the place of a large file. */
const POINTER = 'version https://git-lfs';
/** Where nothing says how long a text may be. */
const LONGEST = 512;

const length = z.number().positive().optional();
const config = z.object({ max_position_embeddings: length });
const tokenizer = z.object({ model: z.object({ type: z.string() }) });
const tokenizerConfig = z.object({ model_max_length: length });
const sentenceConfig = z.object({ max_seq_length: length.nullable() });
const pooling = z.object({ pooling_mode_mean_tokens: z.boolean().optional() });

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Finds an encoder's files in a dropped folder, whatever lies above or beside them. Throws `ENCODER_FILES`. */
export async function gatherEncoder(dropped: readonly NamedFile[]): Promise<GatheredEncoder> {
  const found = (name: string): NamedFile => {
    const file = shallowest(dropped, name);
    if (!file) throw new AppError('ENCODER_FILES', `The encoder’s ${name} is missing.`, WHOLE_FOLDER);
    return file;
  };
  const files = {
    'config.json': found('config.json').file,
    'tokenizer.json': found('tokenizer.json').file,
    'tokenizer_config.json': found('tokenizer_config.json').file,
    'model.onnx': modelFile(dropped).file,
  };
  await readJson(files['tokenizer.json'], 'tokenizer.json', tokenizer);
  const limits = [
    (await readJson(files['config.json'], 'config.json', config)).max_position_embeddings,
    (await readJson(files['tokenizer_config.json'], 'tokenizer_config.json', tokenizerConfig)).model_max_length,
  ];
  const sentence = shallowest(dropped, 'sentence_bert_config.json');
  if (sentence)
    limits.push(
      (await readJson(sentence.file, 'sentence_bert_config.json', sentenceConfig)).max_seq_length ?? undefined,
    );
  await checkPooling(dropped);
  if ((await files['model.onnx'].slice(0, POINTER.length).text()) === POINTER) {
    throw new AppError(
      'ENCODER_FILES',
      'The encoder’s model.onnx is a pointer to a large file, not the file itself.',
      'Download the file itself: with its button on the hub, or with git lfs pull in a clone.',
    );
  }
  const known = limits.filter((limit) => limit !== undefined);
  const longest = Math.floor(known.length > 0 ? Math.min(...known) : LONGEST);
  const hashes = await Promise.all(
    Object.values(files).map(async (file) => digest(new Uint8Array(await file.arrayBuffer()))),
  );
  return { id: await answerKey({ encoder: hashes, longest }), name: nameOf(found('config.json').path), files, longest };
}

function shallowest(files: readonly NamedFile[], name: string): NamedFile | undefined {
  const depth = ({ path }: NamedFile): number => path.split('/').length;
  return files.filter(({ path }) => baseOf(path) === name).sort((a, b) => depth(a) - depth(b))[0];
}

/** `model.onnx`, or the only ONNX file there is. */
function modelFile(files: readonly NamedFile[]): NamedFile {
  const models = files.filter(({ path }) => path.endsWith('.onnx'));
  const model = shallowest(models, 'model.onnx') ?? (models.length === 1 ? models[0] : undefined);
  if (!model && models.length > 0)
    throw new AppError(
      'ENCODER_FILES',
      `There are ${models.length} ONNX files, but none is named model.onnx.`,
      'Drop the folder with only one of them.',
    );
  if (!model)
    throw new AppError(
      'ENCODER_FILES',
      'The encoder’s model.onnx is missing.',
      files.some(({ path }) => /\.(safetensors|bin|pt|h5)$/.test(path))
        ? 'These weights are in another format. Use a model that has an ONNX file, or export one with optimum-cli.'
        : WHOLE_FOLDER,
    );
  if (files.some(({ path }) => path.startsWith(`${model.path}_data`) || path.startsWith(`${model.path}.data`))) {
    throw new AppError(
      'ENCODER_FILES',
      `${baseOf(model.path)} keeps its weights in a second file, which Lodestone does not read.`,
      'Use a model under 2 GB whose ONNX file holds its weights.',
    );
  }
  return model;
}

async function checkPooling(files: readonly NamedFile[]): Promise<void> {
  const file = files.find(({ path }) => baseOf(path) === 'config.json' && /pooling/i.test(baseOf(folderOf(path))));
  if (file && (await readJson(file.file, '1_Pooling/config.json', pooling)).pooling_mode_mean_tokens === false) {
    throw new AppError(
      'ENCODER_FILES',
      'This encoder does not use mean pooling, the only kind Lodestone supports.',
      'Use one with mean pooling, for instance all-MiniLM-L6-v2 or all-mpnet-base-v2.',
    );
  }
}

async function readJson<T>(file: Blob, name: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await file.text()));
  } catch {
    throw new AppError(
      'ENCODER_FILES',
      `The encoder’s ${name} is not a valid file of its kind.`,
      'It may be truncated, or only a pointer to a large file. Download it again.',
    );
  }
}

/** The name of the folder that holds `config.json`. */
const nameOf = (path: string): string => baseOf(folderOf(path)) || 'encoder';
