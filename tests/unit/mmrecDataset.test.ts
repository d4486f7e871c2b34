import { describe, expect, it } from 'vitest';
import { DEFAULT_DEMO, type DatasetDocument } from '../../src/domain/dataset';
import { datasetArchive } from '../../src/sharing/datasetArchive';
import { datasetFolder } from '../../src/sharing/mmrecDataset';
import { memoryDatabase, type Database } from '../../src/storage/database';
import {
  commitDataset,
  readFeatures,
  readInteractions,
  readLabels,
  writeFeatureChunk,
} from '../../src/storage/datasets';
import { generateDemo } from '../../workers/dataset/demo';
import { open } from '../../workers/formats/recognise';
import { blobSource, type ByteSource } from '../../workers/formats/source';
import { onlyMatrix } from '../helpers/opened';
import { npy } from '../helpers/dataBuilders';
import { hasRealData, mustImport, named, realFile } from '../helpers/dataRoom';

const NAME = 'export.zip';

interface Packed {
  readonly blob: Blob;
  readonly files: ReadonlyMap<string, ByteSource>;
  readonly progress: readonly number[];
}

async function packed(database: Database, id: string): Promise<Packed> {
  const progress: number[] = [];
  const blob = await datasetArchive(database, id, (_file, fraction) => progress.push(fraction));
  const opened = await open(blobSource(NAME, blob), {});
  if (opened.kind !== 'archive') throw new Error(opened.kind);
  return { blob, progress, files: new Map(opened.entries.map((entry) => [entry.path.slice(NAME.length + 1), entry])) };
}

async function textOf(source: ByteSource | undefined): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of source!.chunks({})) parts.push(new Uint8Array(chunk));
  return new Blob(parts).text();
}

/**
 * The files as MMRec's loader takes them: of the table it reads the user, item and label columns by the names that the dataset's YAML
 * gives, between tabs; it counts users and items by the largest id over all splits; rows of a feature file are items.
 */
async function asMmrecReads({ files }: Packed, folder: string) {
  const yaml = new Map(
    (await textOf(files.get(`${folder}/${folder}.yaml`)))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)] as const),
  );
  expect([...yaml]).toEqual([
    ['USER_ID_FIELD', '"userID"'],
    ['ITEM_ID_FIELD', '"itemID"'],
    ['TIME_FIELD', '"timestamp"'],
    ['inter_splitting_label', '"x_label"'],
    ['filter_out_cod_start_users', 'True'],
    ['inter_file_name', `"${folder}.inter"`],
    ['vision_feature_file', '"image_feat.npy"'],
    ['text_feature_file', '"text_feat.npy"'],
    ['field_separator', '"\\t"'],
  ]);
  const [header, ...lines] = (await textOf(files.get(`${folder}/${folder}.inter`))).trimEnd().split('\n');
  expect(header).toBe('userID\titemID\trating\ttimestamp\tx_label');
  const rows = lines.map((line) => line.split('\t').map(Number));
  const column = (at: number): number[] => rows.map((row) => row[at]!);
  const labels = column(4);
  const largest = (ids: readonly number[]): number => ids.reduce((most, id) => Math.max(most, id), -1);
  const matrices = new Map<string, readonly [rows: number, columns: number]>();
  for (const [path, source] of files) {
    if (!path.endsWith('.npy')) continue;
    const matrix = onlyMatrix(await open(source, {}));
    expect(matrix.sourceType).toBe('float32');
    matrices.set(path.slice(folder.length + 1), [matrix.rows, matrix.columns]);
  }
  return {
    rows,
    users: largest(column(0)) + 1,
    items: largest(column(1)) + 1,
    labels: [0, 1, 2].map((label) => labels.filter((other) => other === label).length),
    matrices,
  };
}

/** Imports the archive as a person who drops it, and holds everything against what was exported. */
async function expectRoundTrip(database: Database, document: DatasetDocument, archive: Packed) {
  const again = await mustImport([{ path: NAME, file: archive.blob }]);
  expect(again.document.fingerprint).toBe(document.fingerprint);
  expect(await readInteractions(again.database, 'd')).toEqual(await readInteractions(database, document.id));
  expect(again.document.statistics).toEqual(document.statistics);
  expect(again.document.split).toEqual({ rule: 'provided', seed: null });
  expect(again.document.features.map(({ key, scope }) => [key, scope])).toEqual(
    document.features.map(({ key, scope }) => [key, scope]),
  );
  for (const [place, feature] of document.features.entries()) {
    expect(await readFeatures(again.database, 'd', again.document.features[place]!)).toEqual(
      await readFeatures(database, document.id, feature),
    );
  }
  return again;
}

describe('a dataset for MMRec', () => {
  it('the demo: every value, ratings and times included', async () => {
    const database = memoryDatabase();
    const document = await generateDemo(database, 'demo', DEFAULT_DEMO);
    const archive = await packed(database, 'demo');
    expect([...archive.files.keys()]).toEqual([
      'Demo/Demo.yaml',
      'Demo/Demo.inter',
      'Demo/image_feat.npy',
      'Demo/text_feat.npy',
    ]);
    const read = await asMmrecReads(archive, 'Demo');
    const { statistics } = document;
    expect(read).toMatchObject({
      users: 1000,
      items: 600,
      labels: [statistics.splits.train, statistics.splits.valid, statistics.splits.test].map(
        ({ interactions }) => interactions,
      ),
    });
    expect([...read.matrices]).toEqual([
      ['image_feat.npy', [600, 64]],
      ['text_feat.npy', [600, 32]],
    ]);
    const { users, items, ratings, timestamps, split } = await readInteractions(database, 'demo');
    expect(read.rows).toEqual(
      Array.from(users, (user, row) => [user, items[row], ratings![row], timestamps![row], split[row]]),
    );
    expect(archive.progress.at(-1)).toBeCloseTo(1, 6);
    expect(archive.progress).toEqual([...archive.progress].sort((a, b) => a - b));
    await expectRoundTrip(database, document, archive);
  });

  it.skipIf(!hasRealData)(
    'TikTok: columns that say nothing, and features under another name than MMRec has',
    async () => {
      const { database, document } = await mustImport(
        ['tiktok/tiktok.inter', 'tiktok/image_feat.npy', 'tiktok/audio_feat.npy'].map(realFile),
      );
      const archive = await packed(database, 'd');
      const read = await asMmrecReads(archive, 'tiktok');
      expect(read).toMatchObject({ users: 9308, items: 6710, labels: [59541, 3051, 6130] });
      expect([...read.matrices]).toEqual([
        ['audio_feat.npy', [6710, 128]],
        ['image_feat.npy', [6710, 128]],
      ]);
      expect(read.rows.every(([, , rating, time]) => rating === 1 && time === 0)).toBe(true);
      const yaml = await textOf(archive.files.get('tiktok/tiktok.yaml'));
      expect(yaml).toContain('# There is no text_feat.npy');
      expect(yaml).toContain('audio_feat.npy can replace one of them here');
      await expectRoundTrip(database, document, archive);
    },
  );

  it('ids from elsewhere come back, with quotes and tabs in them', async () => {
    const table = 'user,item,x_label\nann,"a ""b""",0\nann,x\ty,1\nbob,plain,0\nbob,x\ty,2\n';
    const { database, document } = await mustImport([named('shop.csv', table)]);
    const archive = await packed(database, 'd');
    expect([...archive.files.keys()]).toEqual([
      'shop/shop.yaml',
      'shop/shop.inter',
      'shop/i_id_mapping.csv',
      'shop/u_id_mapping.csv',
    ]);
    const again = await expectRoundTrip(database, document, archive);
    const labels = await readLabels(again.database, 'd');
    expect(labels).toMatchObject({ originalItems: ['a "b"', 'x\ty', 'plain'], originalUsers: ['ann', 'bob'] });
  });

  it('ids that counted from 1, and ASINs: the mapping says which they were', async () => {
    const pairs = [1, 2, 3].flatMap((user) => [0, 1, 2].map((split) => [user, 1 + ((user + split) % 3), split]));
    const rows = pairs.map(([user, item, split]) => `${user}\tB00${item}\t${split}\n`).join('');
    const { database, document } = await mustImport([named('lens.inter', `userID\titemID\tx_label\n${rows}`)], {
      reading: { files: {}, ids: { user: 'from1' } },
    });
    const archive = await packed(database, 'd');
    const mapping = async (file: string): Promise<Map<string, string>> =>
      new Map(
        (await textOf(archive.files.get(`lens/${file}`)))
          .trimEnd()
          .split('\n')
          .slice(1)
          .map((line) => line.split('\t').reverse() as [string, string]),
      );
    const users = await mapping('u_id_mapping.csv');
    const items = await mapping('i_id_mapping.csv');
    expect([...users]).toEqual([
      ['0', '1'],
      ['1', '2'],
      ['2', '3'],
    ]);
    const inter = (await textOf(archive.files.get('lens/lens.inter'))).trimEnd().split('\n').slice(1);
    expect(
      inter.map((line) => {
        const [user, item, , , split] = line.split('\t');
        return [Number(users.get(user!)), Number(items.get(item!)!.slice(3)), Number(split)];
      }),
    ).toEqual(pairs);
    const again = await expectRoundTrip(database, document, archive);
    expect(await readLabels(again.database, 'd')).toEqual(await readLabels(database, 'd'));
  });

  it('indices that never occur keep their place', async () => {
    const rows = 'userID\titemID\tx_label\n0\t0\t0\n0\t2\t1\n3\t2\t0\n3\t0\t2\n';
    const withFeatures = await mustImport([
      named('gaps.inter', rows),
      named('image_feat.npy', npy(5, 2)),
      named('user_taste_feat.npy', npy(6, 2)),
    ]);
    expect(withFeatures.document.statistics).toMatchObject({ users: 6, items: 5 });
    const archive = await packed(withFeatures.database, 'd');
    await expectRoundTrip(withFeatures.database, withFeatures.document, archive);
    expect(await textOf(archive.files.get('gaps/gaps.yaml'))).toContain(
      '# MMRec counts 3 items, the largest id + 1. The 2 after it have features but no interactions',
    );

    // Only the mapping counts the users here.
    const mapping = 'original\tuserID\n' + ['a', 'b', 'c', 'd', 'e'].map((id, index) => `${id}\t${index}\n`).join('');
    const mapped = await mustImport([
      named('gaps.inter', rows),
      named('image_feat.npy', npy(3, 2)),
      named('u_id_mapping.csv', mapping),
    ]);
    expect(mapped.document.statistics.users).toBe(5);
    await expectRoundTrip(mapped.database, mapped.document, await packed(mapped.database, 'd'));
    const items = await mustImport([named('gaps.inter', rows), named('user_taste_feat.npy', npy(4, 2))]);
    // Nothing counts items by index here, so that only those that occur are items.
    expect(items.document.statistics).toMatchObject({ users: 4, items: 2 });
    await expectRoundTrip(items.database, items.document, await packed(items.database, 'd'));
  });

  it('tells what is missing, also in the middle of a feature', async () => {
    const database = memoryDatabase();
    await expect(datasetArchive(database, 'none', () => undefined)).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
    const { document, database: whole } = await mustImport([
      named('d.inter', 'userID\titemID\tx_label\n0\t0\t0\n0\t1\t1\n1\t0\t2\n1\t1\t0\n'),
      named('image_feat.npy', npy(2, 2)),
    ]);
    const feature = { ...document.features[0]!, chunkRows: 1 };
    await writeFeatureChunk(whole, 'd', 'image', 0, Float32Array.of(0, 1));
    await commitDataset(whole, { ...document, features: [feature] });
    await expect(datasetArchive(whole, 'd', () => undefined)).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
  });

  it('names that a shell and a folder take', () => {
    expect(
      ['Demo', 'Demo: looks and semantics', 'Ünïcode – 服装', '../x', '...', 'baby_v1.2'].map(datasetFolder),
    ).toEqual(['Demo', 'Demo-looks-and-semantics', 'Unicode', 'x', 'dataset', 'baby_v1.2']);
  });
});
