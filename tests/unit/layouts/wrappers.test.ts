import { describe, expect, it } from 'vitest';
import { gzipped, npy, text, zipOf, type Bytes } from '../../helpers/dataBuilders';
import { named } from '../../helpers/dataRoom';
import { expectStored, ITEMS, lines, ofSplit, open, openSuggested, refusal, ROWS, seconds, type Row } from './world';

const items = Array.from({ length: ITEMS }, (_, item) => item);
const rating = (row: Row): number => row.rating;
const plain = {
  user: (u: number) => `u${u}`,
  item: (i: number) => `i${i}`,
  rating,
  time: 'order',
  split: 'drawn',
} as const;
const cells = (row: Row): readonly (string | number)[] => [`u${row.user}`, `i${row.item}`, row.rating, seconds(row)];
const table = lines(ROWS, cells, ',', 'userID,itemID,rating,timestamp');

/** A tar archive of one file, as `tar cf` writes it. */
function tarOf(name: string, content: Uint8Array): Bytes {
  const header = new Uint8Array(512);
  const put = (at: number, value: string): void => header.set(new TextEncoder().encode(value), at);
  put(0, name);
  put(100, '0000644\u0000');
  put(124, content.length.toString(8).padStart(11, '0') + '\u0000');
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\u000000');
  put(
    148,
    header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0') + '\u0000 ',
  );
  const whole = new Uint8Array(512 * (3 + Math.ceil(content.length / 512)));
  whole.set(header);
  whole.set(content, 512);
  return whole;
}

describe('wrappers', () => {
  const feature = npy(ITEMS, 4, (row, column) => (column ? 0.5 : 3 * row + 1));
  const ids = npyNames(items.map((i) => `i${i}`).reverse());

  it('a zip with a folder inside, droppings of macOS, features with ids', async () => {
    const stored = await open([
      named(
        'my data (v2).zip',
        zipOf([
          { name: 'my data/', content: new Uint8Array() },
          { name: 'my data/ratings small.csv', content: text(table) },
          {
            name: 'my data/features/image_feat.npz',
            content: zipOf([
              { name: 'image_feat.npy', content: feature },
              { name: 'item_ids.npy', content: ids },
            ]),
            stored: true,
          },
          { name: '__MACOSX/my data/._ratings small.csv', content: text('\u0000\u0005\u0016\u0007') },
          { name: 'my data/.DS_Store', content: text('\u0000\u0000\u0000\u0001Bud1') },
        ]),
      ),
    ]);
    expectStored(stored, { ...plain, features: { image: (i) => 3 * (ITEMS - 1 - i) + 1 } });
  });

  it('a zip written by Windows, with backslashes', async () => {
    const part = (split: 0 | 1 | 2): Bytes =>
      text(
        lines(
          ofSplit(split),
          (row) => [row.user, row.item, row.rating, seconds(row)],
          ',',
          'userID,itemID,rating,timestamp',
          '\r\n',
        ),
      );
    const stored = await open([
      named(
        'baby.zip',
        zipOf([
          { name: 'test set\\train.csv', content: part(0) },
          { name: 'test set\\valid.csv', content: part(1) },
          { name: 'test set\\test.csv', content: part(2) },
          { name: 'test set\\image_feat.npy', content: feature },
        ]),
      ),
    ]);
    expectStored(stored, {
      user: String,
      item: String,
      rating,
      time: 'order',
      split: 'files',
      features: { image: (i) => 3 * i + 1 },
    });
  });

  it('tar.gz, as datasets are published', async () => {
    const file = gzipped(tarOf('lastfm-dataset/ratings.csv', text(table)));
    expectStored(await open([named('lastfm-dataset-1K.tar.gz', file)]), plain);
  });

  it('Unicode text of Excel: UTF-16 with tabs', async () => {
    const content = '\ufeff' + lines(ROWS, cells, '\t', 'User ID\tItem ID\tRating\tTimestamp', '\r\n');
    const bytes = new Uint8Array(Uint16Array.from(content, (sign) => sign.charCodeAt(0)).buffer);
    expectStored(await open([named('Ratings export.txt', bytes)]), plain);
  });

  it('German Excel: a line with the separator, decimal commas, quoted', async () => {
    const half = (row: Row): number => row.rating - 0.5;
    const german = (row: Row): readonly string[] => [
      `"u${row.user}"`,
      `"i${row.item}"`,
      String(half(row)).replace('.', ','),
      String(seconds(row)),
    ];
    const content = '\ufeffsep=;\r\n' + lines(ROWS, german, ';', '"Benutzer";"Artikel";"Bewertung";"Zeit"', '\r\n');
    // No word of the header is known, so that the columns are asked for.
    expectStored(await openSuggested([named('Bewertungen (März).csv', content)]), { ...plain, rating: half });
  });

  it('Chinese headers are asked about', async () => {
    const file = named('评分 数据/交互.csv', lines(ROWS, cells, ',', '用户ID,商品ID,评分,时间戳'));
    expectStored(await openSuggested([file]), plain);
  });

  it('a header that names the columns as R does, with a column of row names', async () => {
    const file = named(
      'ratings.csv',
      lines(ROWS, (row) => [`"${row.at + 1}"`, ...cells(row)], ',', '"","User.ID","Item.ID","Rating","Timestamp"'),
    );
    expectStored(await open([file]), plain);
  });

  it('missing values as pandas, R and MySQL write them are no ids', async () => {
    for (const missing of ['NA', 'NULL', 'None', 'N/A', '<NA>', '\\N', 'nan']) {
      const file = named(
        'pairs.csv',
        lines(ROWS, (row) => [`u${row.user}`, row.at === 40 ? missing : `i${row.item}`], ',', 'user_id,item_id'),
      );
      expect(await refusal([file]), missing).toContain('1 row without an item id, row 42 first');
    }
  });

  it('a pickled list of lists and a NumPy table of objects are refused by name', async () => {
    const pickle = Uint8Array.of(0x80, 4, 0x95, 1, 0, 0, 0, 0x2e);
    expect(await refusal([named('retailrocket/train.txt', pickle), named('retailrocket/test.txt', pickle)])).toMatch(
      /train\.txt.*pickle/,
    );
  });
});

/** A vector of strings as NumPy keeps them, `<U2`. */
function npyNames(names: readonly string[]): Bytes {
  const width = Math.max(...names.map((name) => name.length));
  const codes = names.flatMap((name) => Array.from({ length: width }, (_, at) => name.codePointAt(at) ?? 0));
  const header = `{'descr': '<U${width}', 'fortran_order': False, 'shape': (${names.length},), }`.padEnd(117) + '\n';
  const head = Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length, 0]);
  const data = new Uint8Array(Uint32Array.from(codes).buffer);
  const whole = new Uint8Array(head.length + header.length + data.length);
  whole.set(head);
  whole.set(new TextEncoder().encode(header), head.length);
  whole.set(data, head.length + header.length);
  return whole;
}
