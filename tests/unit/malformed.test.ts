import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { memoryDatabase } from '../../src/storage/database';
import { deleteDataset, listDatasets, readFeatures, readInteractions } from '../../src/storage/datasets';
import { importDataset } from '../../workers/dataset/import';
import { BROKEN } from '../helpers/brokenFiles';
import { gzipped, interactionsText, join, npy, text } from '../helpers/dataBuilders';
import { mustImport, named, tryImport } from '../helpers/dataRoom';

describe('broken files end in their code, and nothing of them remains', () => {
  const database = memoryDatabase();
  let before: readonly string[] = [];

  beforeAll(async () => {
    const files = [named('earlier.inter', interactionsText()), named('image_feat.npy', npy(8, 4))];
    await importDataset(database, { id: 'earlier', files, options: {} }, { confirm: async () => true });
    before = await database.features.keys();
  });

  afterEach(() => deleteDataset(database, 'd'));

  it('has at least sixty of them, all different', () => {
    expect(BROKEN.length).toBeGreaterThanOrEqual(60);
    expect(new Set(BROKEN.map(({ name }) => name)).size).toBe(BROKEN.length);
  });

  for (const { name, files, code, says, options } of BROKEN) {
    it(`${code}: ${name}`, async () => {
      const { error, problems } = await tryImport(files, options, database);
      expect(error?.code, error?.message).toBe(code);
      expect(error?.message).toContain(says ?? '');
      expect(error?.hint).not.toBe('');
      // A question that nobody answers comes before there is a check.
      const listed = problems.some(({ severity, message }) => severity === 'error' && message === error?.message);
      expect(listed || code === 'DATA_QUESTION').toBe(true);
      expect(await database.features.keys()).toEqual(before);
      expect((await listDatasets(database)).readable.map(({ id }) => id)).toEqual(['earlier']);
    });
  }

  it('leaves the earlier dataset readable', async () => {
    const [document] = (await listDatasets(database)).readable;
    expect((await readInteractions(database, 'earlier')).users).toHaveLength(24);
    expect([...(await readFeatures(database, 'earlier', document!.features[0]!)).slice(0, 4)]).toEqual([
      0, 0.25, 0.5, 0.75,
    ]);
  });
});

describe('unusual files that are whole', () => {
  const plain = interactionsText();
  const bom = Uint8Array.from([0xef, 0xbb, 0xbf]);
  const utf16 = new Uint8Array(
    Uint16Array.from(['\ufeff', ...plain].join('').split(''), (sign) => sign.charCodeAt(0)).buffer,
  );
  const variants: Record<string, ReturnType<typeof named>> = {
    'mixed line ends': named(
      'toy.inter',
      plain
        .split('\n')
        .map((line, i) => line + ['\n', '\r\n', '\r'][i % 3]!)
        .join(''),
    ),
    'no line end at the end': named('toy.inter', plain.trimEnd()),
    'empty lines': named('toy.inter', plain.replaceAll('\n', '\n\n')),
    'a byte order mark': named('toy.inter', join(bom, text(plain))),
    'UTF-16 with a mark': named('toy.inter', utf16),
    'gzip under a plain name': named('toy.inter', gzipped(text(plain))),
    'a name without meaning': named('download', plain),
    'RecBole names': named(
      'toy.inter',
      interactionsText({ header: 'user_id:token\titem_id:token\trating:float\ttimestamp:float\tx_label:float' }),
    ),
    commas: named('toy.csv', interactionsText({ separator: ',', header: 'userID,itemID,rating,timestamp,x_label' })),
    semicolons: named(
      'toy.csv',
      interactionsText({ separator: ';', header: 'user_id;item_id;rating;timestamp;x_label' }),
    ),
    bars: named('toy.csv', interactionsText({ separator: '|', header: 'User|Item|Rating|Time|x_label' })),
    blanks: named('toy.txt', interactionsText({ separator: ' ', header: 'userID itemID rating timestamp x_label' })),
    'a strange separator': named(
      'toy.csv',
      interactionsText({ separator: '^', header: 'userID^itemID^rating^timestamp^x_label' }),
    ),
    'quoted cells': named(
      'toy.csv',
      plain
        .split('\n')
        .filter(Boolean)
        .map((line) =>
          line
            .split('\t')
            .map((cell) => `"${cell}"`)
            .join(','),
        )
        .join('\n'),
    ),
    'ids written as 3.0': named('toy.inter', plain.replaceAll(/^(\d+)\t(\d+)/gm, '$1.0\t$2.0')),
  };

  it('are all the same dataset', async () => {
    const reference = (await mustImport([named('toy.inter', plain)])).document.fingerprint;
    for (const [name, file] of Object.entries(variants)) {
      expect((await mustImport([file])).document.fingerprint, name).toBe(reference);
    }
  });

  it('accept quoted cells with separators, quotes and line ends in them', async () => {
    const csv = 'userID,title,itemID\n' + Array.from({ length: 8 }, (_, i) => `0,"a ""b"", c\nd",${i}\n`).join('');
    const { document } = await mustImport([named('toy.csv', csv)]);
    expect(document.statistics).toMatchObject({ users: 1, items: 8, interactions: 8 });
  });

  it('number ids of 2⁵³ and beyond by first appearance without losing digits', async () => {
    const ids = ['9007199254740992', '9007199254740993', '18446744073709551615'];
    const csv = 'userID,itemID\n' + ids.map((id) => `7,${id}\n`).join('');
    expect((await mustImport([named('toy.csv', csv)])).document.statistics.items).toBe(3);
  });
});
