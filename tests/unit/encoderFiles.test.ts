import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NamedFile } from '../../src/domain/protocol';
import { memoryDatabase } from '../../src/storage/database';
import { deleteEncoder, listEncoders, readEncoderFiles, writeEncoder } from '../../src/storage/encoders';
import { gatherEncoder } from '../../workers/reasoning/encoderFiles';
import { batches, cutTokens, meanPooled, padded } from '../../workers/reasoning/pooling';
import { named } from '../helpers/dataRoom';

const PATHS = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'];
const folder = (prefix = 'tiny/'): NamedFile[] =>
  PATHS.map((path) =>
    named(prefix + path, new Uint8Array(readFileSync(new URL(`../fixtures/encoder/${path}`, import.meta.url)))),
  );
const without = (end: string): NamedFile[] => folder().filter(({ path }) => !path.endsWith(end));
const refusal = (files: readonly NamedFile[]): Promise<unknown> =>
  gatherEncoder(files).then(
    () => null,
    (error: unknown) => error,
  );

describe('an encoder’s folder', () => {
  it('is read whatever lies around its files, and known by them alone', async () => {
    const plain = await gatherEncoder(folder());
    expect(plain).toMatchObject({ name: 'tiny', longest: 24 });
    expect(plain.id).toMatch(/^[0-9a-f]{64}$/);
    const deep = await gatherEncoder([
      ...folder('a/b/other/'),
      named('a/b/other/1_Pooling/config.json', '{"pooling_mode_mean_tokens":true}'),
      named('a/b/other/README.md', '# x'),
      named('a/b/other/onnx/model_quantized.onnx', 'x'),
    ]);
    expect([deep.name, deep.id]).toEqual(['other', plain.id]);
    const shorter = await gatherEncoder([
      ...folder(),
      named('tiny/sentence_bert_config.json', '{"max_seq_length":16}'),
    ]);
    expect([shorter.longest, shorter.id === plain.id]).toEqual([16, false]);
    const unlimited = await gatherEncoder([
      ...without('tokenizer_config.json'),
      named('tiny/tokenizer_config.json', '{"model_max_length":1e30}'),
    ]);
    expect(unlimited.longest).toBe(48);
  });

  it.each([
    ['config.json is missing', without('/config.json')],
    ['tokenizer.json is missing', without('/tokenizer.json')],
    ['tokenizer_config.json is missing', without('tokenizer_config.json')],
    ['model.onnx is missing', [...without('.onnx'), named('tiny/model.safetensors', 'x')]],
    ['2 ONNX files', [...without('.onnx'), named('tiny/a.onnx', 'x'), named('tiny/b.onnx', 'x')]],
    ['second file', [...folder(), named('tiny/onnx/model.onnx_data', 'x')]],
    [
      'pointer',
      [...without('.onnx'), named('tiny/onnx/model.onnx', 'version https://git-lfs.github.com/spec/v1\noid sha256:0')],
    ],
    [
      'tokenizer.json is not a valid file of its kind',
      [...without('/tokenizer.json'), named('tiny/tokenizer.json', '{"model":')],
    ],
    [
      'does not use mean pooling',
      [
        ...folder(),
        named('tiny/1_Pooling/config.json', '{"pooling_mode_mean_tokens":false,"pooling_mode_cls_token":true}'),
      ],
    ],
  ])('is refused in two sentences: %s', async (words, files) => {
    expect(await refusal(files)).toMatchObject({
      code: 'ENCODER_FILES',
      message: expect.stringContaining(words),
      hint: expect.stringMatching(/^.{20,}\.$/),
    });
  });

  it('is stored whole, listed, and deleted', async () => {
    const database = memoryDatabase();
    const { id, name, files, longest } = await gatherEncoder(folder());
    await writeEncoder(database, { id, name, longest, bytes: 1, width: 32 }, files);
    expect((await listEncoders(database)).readable).toEqual([{ id, name, longest, bytes: 1, width: 32 }]);
    expect((await readEncoderFiles(database, id))!['model.onnx'].size).toBe(files['model.onnx'].size);
    await deleteEncoder(database, id);
    expect([
      (await listEncoders(database)).readable,
      await readEncoderFiles(database, id),
      await database.texts.keys(),
    ]).toEqual([[], null, []]);
  });
});

describe('texts around the model', () => {
  it('lose their end and keep the marks around them', () => {
    expect(cutTokens([1, 7, 8, 9, 2], [7, 8, 9], 4)).toEqual([1, 7, 8, 2]);
    expect(cutTokens([7, 8, 9, 2], [7, 8, 9], 2)).toEqual([7, 2]);
    expect(cutTokens([1, 2], [], 4)).toEqual([1, 2]);
  });

  it('are batched by length within a bound, each once', () => {
    const lengths = [5, 100, 3, 4, 90, 6];
    const found = batches(lengths, 3, 120);
    expect(found.flat().sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(found).toEqual([[2, 3, 0], [5], [4], [1]]);
    expect(batches([500], 3, 120)).toEqual([[0]]);
  });

  it('are averaged without their padding, to length 1', () => {
    const batch = padded([[1, 2], [3]], 9);
    expect([Array.from(batch.ids), Array.from(batch.mask)]).toEqual([
      [1n, 2n, 3n, 9n],
      [1n, 1n, 1n, 0n],
    ]);
    const [both, one] = meanPooled(Float32Array.of(3, 0, 0, 4, 0, 2, 100, 100), batch, 2);
    expect(both![0]).toBeCloseTo(0.6, 7);
    expect(both![1]).toBeCloseTo(0.8, 7);
    expect(Array.from(one!)).toEqual([0, 1]);
  });
});
