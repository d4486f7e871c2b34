import { describe, expect, it } from 'vitest';
import { attributesOf, modalitiesOf, preferredPairsOf, profilesOf, type Problem } from '../../src/domain/dataset';
import { memoryDatabase, type Database } from '../../src/storage/database';
import { listDatasets, readFeatures, readInteractions, readLabels } from '../../src/storage/datasets';
import { importDataset } from '../../workers/dataset/import';
import type { ImportProgress } from '../../workers/dataset/progress';
import { gzipped, interactionsText, npy, npyHeader, npyOf, text, zipOf } from '../helpers/dataBuilders';
import { mustImport, named, tryImport } from '../helpers/dataRoom';

const inter = named('toy.inter', interactionsText());
const rules = (problems: readonly Problem[]): string[] => problems.map(({ severity, rule }) => `${severity} ${rule}`);
const csv = (rows: readonly (readonly (number | string)[])[], header = 'userID,itemID'): string =>
  [header, ...rows.map((row) => row.join(','))].join('\n');
/** Eight users who each met items 0–4. */
const block = Array.from({ length: 40 }, (_, i) => [Math.floor(i / 5), i % 5] as const);

describe('import', () => {
  it('names the column that says nothing: times are no ratings', async () => {
    const rows = block.map(([user, item]) => [user, item, 1 + ((user + item) % 5), 7]);
    const { problems } = await mustImport([named('t.csv', csv(rows, 'userID,itemID,rating,timestamp'))]);
    const same = problems.filter(({ message }) => message.includes('treated as absent'));
    expect(same.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      'constant-timestamps: Every timestamp in t.csv is 7; the column is treated as absent.',
    ]);
  });

  it('stores interactions, features and a document; nothing before it is confirmed', async () => {
    const database = memoryDatabase();
    const seen: string[] = [];
    const document = await importDataset(
      database,
      { id: 'a', files: [inter, named('image_feat.npy', npy(8, 4))], options: { name: 'Toy' } },
      {
        confirm: async (_, statistics, features) => {
          seen.push(`${statistics?.interactions} ${features.map(({ key }) => key).join()}`);
          expect(await listDatasets(database)).toEqual({ readable: [], unreadable: [] });
          return { name: 'Renamed' };
        },
      },
    );
    expect(seen).toEqual(['24 image']);
    expect(document).toMatchObject({
      name: 'Renamed',
      hasRatings: true,
      hasTimestamps: true,
      split: { rule: 'provided', seed: null },
    });
    expect(await listDatasets(database)).toEqual({ readable: [document], unreadable: [] });
    expect(document.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is the same dataset in another order, under other names, in archives, in another element type', async () => {
    const image = npy(8, 4, (r, c) => r - c);
    const textual = npy(8, 3, (r, c) => (r * c) % 5);
    const base = await mustImport([inter, named('image_feat.npy', image), named('text_feat.npy', textual)]);
    const same = [
      [named('x/text_feat.npy', textual), named('x/image_feat.npy', image), named('x/other.inter', interactionsText())],
      [
        inter,
        named(
          'image_feat.npy',
          npy(8, 4, (r, c) => r - c, { descr: '>f8', fortran: true }),
        ),
        named('text_feat.npy.gz', gzipped(textual)),
      ],
      [
        named(
          'all.zip',
          zipOf([
            { name: 'd/t.inter', content: text(interactionsText()) },
            { name: 'd/image_feat.npy', content: image },
            { name: 'd/text_feat.npz', content: zipOf([{ name: 'arr_0.npy', content: textual }]) },
          ]),
        ),
      ],
    ];
    for (const files of same) {
      const { document } = await mustImport(files);
      expect(document.fingerprint).toBe(base.document.fingerprint);
      expect(document.features.map(({ key }) => key)).toEqual(['image', 'text']);
    }
    const other = await mustImport([
      inter,
      named(
        'image_feat.npy',
        npy(8, 4, (r, c) => (r === 7 ? r - c + 1 : r - c)),
      ),
      named('text_feat.npy', textual),
    ]);
    expect(other.document.fingerprint).not.toBe(base.document.fingerprint);
    const relabelled = await mustImport([
      named('toy.inter', interactionsText().replace('\t0\n', '\t1\n')),
      named('image_feat.npy', image),
      named('text_feat.npy', textual),
    ]);
    expect(relabelled.document.fingerprint).not.toBe(base.document.fingerprint);
  });

  it('keeps the first of repeated pairs with the rating of the last, and says where', async () => {
    const rows = [
      [0, 0, 1, 0],
      [0, 1, 2, 0],
      [0, 0, 5, 0],
      [0, 2, 3, 1],
      [0, 3, 3, 2],
      [0, 0, 4, 2],
    ];
    const { database, problems } = await mustImport([named('a.csv', csv(rows, 'userID,itemID,rating,x_label'))]);
    const interactions = await readInteractions(database, 'd');
    expect([...interactions.items]).toEqual([0, 1, 2, 3]);
    expect([...interactions.ratings!]).toEqual([4, 2, 3, 3]);
    expect([...interactions.split]).toEqual([0, 0, 1, 2]);
    expect(problems.find(({ rule }) => rule === 'duplicate-pairs')).toMatchObject({
      severity: 'warning',
      row: 4,
      message: expect.stringContaining('2 rows of a.csv repeat'),
    });
    expect(problems.find(({ rule }) => rule === 'shared-pairs')).toMatchObject({
      row: 7,
      message: expect.stringContaining('1 repeated row'),
    });
  });

  it('filters to a core, numbers anew and drops the features of removed items', async () => {
    const rows = [...block, [8, 0], [8, 5], [9, 6]];
    const { document, database, problems } = await mustImport(
      [
        named('a.csv', csv(rows)),
        named(
          'image_feat.npy',
          npy(7, 2, (r) => (r === 0 ? 9 : r)),
        ),
      ],
      { kCore: 3 },
    );
    expect(document.statistics).toMatchObject({ users: 8, items: 5, interactions: 40 });
    expect([...(await readFeatures(database, 'd', document.features[0]!))]).toEqual([9, 9, 1, 1, 2, 2, 3, 3, 4, 4]);
    expect(problems.find(({ rule }) => rule === 'filtered')?.message).toBe(
      'Filtering removed 2 users, 2 items and 3 interactions; 8, 5 and 40 remain.',
    );
    expect((await readLabels(database, 'd'))?.originalItems).toEqual(['0', '1', '2', '3', '4']);
  });

  it('keeps users with enough interactions without touching items', async () => {
    const { document } = await mustImport([named('a.csv', csv([...block, [8, 0], [9, 5]]))], {
      minUserInteractions: 2,
    });
    expect(document.statistics).toMatchObject({ users: 8, items: 6, interactions: 40, coldItems: 1 });
  });

  it('numbers named ids by first appearance, or by a mapping when features count on it', async () => {
    const rows = block.map(([user, item]) => [`u${user}`, `B00${4 - item}`]);
    const plain = await mustImport([named('a.csv', csv(rows, 'reviewerID,asin'))]);
    expect((await readLabels(plain.database, 'd'))?.originalItems).toEqual(['B004', 'B003', 'B002', 'B001', 'B000']);
    expect(rules(plain.problems)).toEqual(['note remapped-ids', 'note remapped-ids']);

    const mapping = named(
      'i_id_mapping.csv',
      `asin\titemID\n${[0, 1, 2, 3, 4].map((i) => `B00${i}\t${i}\n`).join('')}`,
    );
    const mapped = await mustImport([
      named('a.csv', csv(rows, 'reviewerID,asin')),
      mapping,
      named('image_feat.npy', npy(5, 2)),
    ]);
    expect([...(await readInteractions(mapped.database, 'd')).items.slice(0, 5)]).toEqual([4, 3, 2, 1, 0]);
    expect((await readLabels(mapped.database, 'd'))?.originalItems?.[0]).toBe('B000');
  });

  it('takes numbers as indices beside a mapping, whose ids become labels', async () => {
    const mapping = named(
      'i_id_mapping.csv',
      'asin,itemID\n' + ['a', 'b', 'c', 'd', 'e'].map((id, i) => `${id},${i}\n`).join(''),
    );
    const { database } = await mustImport([named('a.csv', csv(block)), mapping]);
    expect([...(await readInteractions(database, 'd')).items.slice(0, 5)]).toEqual([0, 1, 2, 3, 4]);
    expect((await readLabels(database, 'd'))?.originalItems).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('numbers from 1, without features, are numbered anew; gaps beside features are cold', async () => {
    const fromOne = block.map(([user, item]) => [user + 1, item + 1]);
    expect((await mustImport([named('a.csv', csv(fromOne))])).document.statistics).toMatchObject({
      users: 8,
      items: 5,
    });
    const gap = block.map(([user, item]) => [user, item === 4 ? 5 : item]);
    const { document, problems } = await mustImport([named('a.csv', csv(gap)), named('image_feat.npy', npy(6, 2))]);
    expect(document.statistics).toMatchObject({ items: 6, coldItems: 1 });
    expect(rules(problems)).toEqual(['warning cold-items']);
  });

  it('accepts more rows than items when all files agree on them, with a warning', async () => {
    const { document, problems } = await mustImport([
      named('a.csv', csv(block)),
      named('image_feat.npy', npy(7, 2)),
      named('text_feat.npy', npy(7, 3)),
    ]);
    expect(document.statistics).toMatchObject({ items: 7, coldItems: 2 });
    expect(problems[0]).toMatchObject({ severity: 'warning', rule: 'rows-mismatch', row: 5 });
    expect(problems[0]?.message).toContain('has rows 0–6, but a.csv has items 0–4');
  });

  it('says whose rows a matrix perhaps has: of interactions, of users, or columns of items', async () => {
    const ofPairs = await mustImport([named('a.csv', csv(block)), named('text_feat.npy', npy(block.length, 2))]);
    expect(ofPairs.problems[0]?.hint).toContain('as many rows as there are interactions');
    const ofUsers = await mustImport([named('a.csv', csv(block)), named('text_feat.npy', npy(8, 2))]);
    expect(ofUsers.problems[0]?.hint).toContain('features of users begin with “user_”');
    const { error } = await tryImport([named('a.csv', csv(block)), named('image_feat.npy', npy(3, 5))]);
    expect(error).toMatchObject({ code: 'DATA_ROWS_MISMATCH', hint: expect.stringContaining('features.T') as string });
    const gaps = await tryImport([
      named('a.csv', csv(block.map(([user, item]) => [user, Number(item) * 10]))),
      named('image_feat.npy', npy(5, 2)),
    ]);
    expect(gaps.error?.hint).toContain('as many rows as there are different items');
    const other = await tryImport([named('a.csv', csv(block)), named('image_feat.npy', npy(3, 6))]);
    expect(other.error?.hint).toContain('belongs to this interaction file');
  });

  it('says why a split is empty whose rows are in training too', async () => {
    const twice = block.flatMap(([user, item], at) => [
      [user, item, at % 4 === 3 ? 1 : 0],
      ...(at % 3 ? [] : [[user, item, 2]]),
    ]);
    const table = `userID,itemID,x_label\n${twice.map((row) => row.join(',')).join('\n')}\n`;
    const { error } = await tryImport([named('a.csv', table)]);
    expect(error).toMatchObject({
      code: 'DATA_EMPTY_SPLIT',
      message: 'The test split of a.csv is empty.',
      hint: expect.stringContaining('repeats a pair of another split') as string,
    });
  });

  it('refuses a test split whose users are all new', async () => {
    const parts = [0, 1, 2].map((split) =>
      block.map(([user, item]) => [split === 2 ? `new${user}` : `u${user}`, item]).filter((_, at) => at % 3 === split),
    );
    const { error } = await tryImport(
      ['train', 'valid', 'test'].map((name, at) =>
        named(`${name}.csv`, `user_id,item_id\n${parts[at]!.map((row) => row.join(',')).join('\n')}\n`),
      ),
    );
    expect(error).toMatchObject({
      code: 'DATA_EMPTY_SPLIT',
      message: 'No user of the test split has a training interaction, so that nobody could be scored.',
    });
  });

  it('reads user features, whose origin cannot be checked', async () => {
    const { document, problems } = await mustImport([
      named('a.csv', csv(block)),
      named('user_preferences_feat.npy', npy(8, 2)),
    ]);
    expect(document.features[0]).toMatchObject({ key: 'user_preferences', scope: 'user', rows: 8 });
    expect(rules(problems)).toContain('note user-file-provenance');
  });

  it('reads attributes of items and pairs of users, whose items follow the filter', async () => {
    const rows = [...block.map(([user, item]) => [user, Number(item) + 1]), [8, 0], [9, 6]];
    const { document, database } = await mustImport(
      [
        named('a.csv', csv(rows)),
        named('image_feat.npy', npy(7, 2)),
        named('attribute_10_feat.npy', npy(7, 3)),
        named('attribute_2_feat.npy', npy(7, 3)),
        named(
          'user_pairs_feat.npy',
          npy(10, 2, (r) => [0, 1, 5, -1][r % 4]!),
        ),
      ],
      { kCore: 3 },
    );
    expect(document.statistics).toMatchObject({ users: 8, items: 5 });
    expect(modalitiesOf(document).map(({ key }) => key)).toEqual(['image']);
    expect(attributesOf(document).map(({ key }) => key)).toEqual(['attribute_2', 'attribute_10']);
    expect(profilesOf(document)).toBeUndefined();
    const pairs = preferredPairsOf(document)!;
    // Item 0 is gone, so that the others have moved up by one.
    expect([...(await readFeatures(database, 'd', pairs))].slice(0, 8)).toEqual([-1, -1, 0, 0, 4, 4, -1, -1]);
  });

  it('warns of zero rows, notes equal rows, leaves objects and pictures out', async () => {
    const { document, problems } = await mustImport([
      named('d/a.csv', csv(block)),
      named(
        'd/image_feat.npy',
        npy(5, 2, (r) => (r === 2 ? 0 : r === 4 ? 1 : r + 1)),
      ),
      named('d/user_graph_dict.npy', npyOf(npyHeader('|O', '()'), new Uint8Array(40))),
      named('d/picture.png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])),
      named('d/notes.txt', 'Some words about the data.\n'),
      named('d/.DS_Store', 'x'),
    ]);
    expect(document.features[0]?.statistics).toMatchObject({ zeroRows: 1, duplicateRows: 1, nonFinite: 0 });
    expect(problems.map(({ severity, rule, row }) => [severity, rule, row])).toEqual([
      ['warning', 'zero-rows', 2],
      ['note', 'unrecognised', null],
      ['note', 'duplicate-rows', 4],
    ]);
    expect(problems[1]?.message).toBe('3 files are not used: user_graph_dict.npy, picture.png, notes.txt.');
  });

  it('lists every error, not only the first', async () => {
    const { problems, error } = await tryImport([
      inter,
      named('audio_feat.npy', npy(7, 2)),
      named('image_feat.npy', npy(3, 2)),
      named('text_feat.npy', npyOf(npyHeader('<U4', '(8, 2)'), new Uint8Array(256))),
    ]);
    expect(rules(problems)).toEqual(['error unreadable', 'error rows-mismatch', 'error rows-mismatch']);
    expect(error?.context).toMatchObject({ errors: 3 });
  });

  it('reports bytes and an estimate', async () => {
    const seen: ImportProgress[] = [];
    const files = [inter, named('image_feat.npy', npy(8, 4)), named('text_feat.npy.gz', gzipped(npy(8, 3)))];
    await mustImport(files, {}, memoryDatabase(), { progress: (progress) => seen.push(progress) });
    const total = files.reduce((sum, { file }) => sum + file.size, 0);
    expect(seen.at(-1)).toMatchObject({ doneBytes: total, totalBytes: total });
    expect(new Set(seen.map(({ file }) => file))).toEqual(new Set(['toy.inter', 'image_feat.npy', 'text_feat.npy']));
    expect(seen.every(({ doneBytes }, i) => i === 0 || doneBytes >= seen[i - 1]!.doneBytes)).toBe(true);
  });
});

describe('an import that ends early leaves nothing', () => {
  const files = [inter, named('image_feat.npy', npy(8, 4))];
  const clean = async (database: Database): Promise<void> => {
    expect(await database.features.keys()).toEqual([]);
    expect(await database.datasets.keys()).toEqual([]);
  };

  it('when warnings are not accepted', async () => {
    const outcome = await tryImport(files, {}, memoryDatabase(), { confirm: async () => false });
    expect(outcome.error?.code).toBe('DATA_REJECTED');
    await clean(outcome.database);
  });

  it('when cancelled while reading, or while asked', async () => {
    for (const when of ['reading', 'asked']) {
      const controller = new AbortController();
      const outcome = await tryImport(files, {}, memoryDatabase(), {
        signal: controller.signal,
        progress: ({ file }) => when === 'reading' && file === 'image_feat.npy' && controller.abort(),
        confirm: async () => {
          controller.abort();
          return true;
        },
      });
      expect(outcome.error?.code).toBe('IMPORT_CANCELLED');
      await clean(outcome.database);
    }
  });

  it('when the disk is full', async () => {
    const memory = memoryDatabase();
    let writes = 0;
    const set: Database['features']['set'] = async (key, value) => {
      if (++writes > 1) throw new DOMException('full', 'QuotaExceededError');
      await memory.features.set(key, value);
    };
    const outcome = await tryImport(
      [...files, named('text_feat.npy', npy(8, 3))],
      {},
      { ...memory, features: { ...memory.features, set } },
    );
    expect(outcome.error?.code).toBe('STORE_QUOTA');
    await clean(memory);
  });

  it('and an id that is taken is refused without touching what is there', async () => {
    const { database, document } = await mustImport(files);
    expect((await tryImport(files, {}, database)).error?.code).toBe('DATA_REJECTED');
    expect(await listDatasets(database)).toEqual({ readable: [document], unreadable: [] });
    expect((await readFeatures(database, 'd', document.features[0]!)).length).toBe(32);
  });

  it('when a file can no longer be read', async () => {
    class Gone extends Blob {
      override slice(): Blob {
        throw new DOMException('gone', 'NotReadableError');
      }
    }
    const broken = new Gone(['userID\titemID\n']);
    const outcome = await tryImport([{ path: 'toy.inter', file: broken }]);
    expect(outcome.error?.code).toBe('FILE_UNREADABLE');
    await clean(outcome.database);
  });
});
