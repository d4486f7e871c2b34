import { describe, expect, it } from 'vitest';

import { npy } from '../../helpers/dataBuilders';
import { named, tryImport } from '../../helpers/dataRoom';
import { expectStored, ITEMS, lines, open, openSuggested, refusal, ROWS, seconds, USERS, type Row } from './world';

const items = Array.from({ length: ITEMS }, (_, item) => item);
/** Another order than that of the interactions. */
const shuffled = items.map((at) => (at * 3 + 7) % ITEMS);
const id = (item: number): string => `i${item}`;
const table = named(
  'ratings.csv',
  lines(
    ROWS,
    (row: Row) => [`u${row.user}`, id(row.item), row.rating, seconds(row)],
    ',',
    'userID,itemID,rating,timestamp',
  ),
);
const numbers = (item: number, first = 2 * item + 1): number[] => [first, 0.5, -1.25e-5, item / 4];
const quoted = (text: string): string => `"${text}"`;
const expected = {
  user: (u: number) => `u${u}`,
  item: id,
  rating: (row: Row) => row.rating,
  time: 'order',
  split: 'drawn',
  features: { image: (item: number) => 2 * item + 1 },
} as const;

/** A file of features by id in which each vector stands in one cell. */
const cells = (write: (vector: readonly number[]) => string, separator = ',', header = 'item_id,emb'): string =>
  lines(shuffled, (item) => [id(item), write(numbers(item))], separator, header.replace(',', separator));

describe('vectors in one cell', () => {
  const written: Record<string, string> = {
    'a list, as pandas writes it': cells((v) => quoted(`[${v.join(', ')}]`)),
    'a tuple': cells((v) => quoted(`(${v.join(', ')})`)),
    'what NumPy prints, over two lines': cells((v) =>
      quoted(`[${v.slice(0, 2).join('  ')}\n ${v.slice(2).join(' ')}]`),
    ),
    'what NumPy shows': cells((v) => quoted(`array([${v.join(', ')}], dtype=float32)`)),
    'what PyTorch prints': cells((v) => quoted(`tensor([${v.join(', ')}], device='cuda:0')`)),
    'numbers between blanks': cells((v) => v.join(' '), '\t'),
    'numbers between commas': cells((v) => v.join(','), ';'),
    'numbers between bars': cells((v) => v.join('|')),
    'RecBole’s float_seq': cells((v) => v.join(' '), '\t', 'iid:token,item_emb:float_seq'),
    'without a header': lines(shuffled, (item) => [id(item), numbers(item).join(' ')], '\t'),
  };
  for (const [name, text] of Object.entries(written))
    it(name, async () => expectStored(await open([table, named('image_feat.csv', text)]), expected));

  it('JSON: lines, records and a dictionary', async () => {
    const records = shuffled.map((item) => ({ asin: id(item), embedding: numbers(item) }));
    const files = {
      'image_feat.jsonl': records.map((record) => `${JSON.stringify(record)}\n`).join(''),
      'text_feat.json': JSON.stringify(records),
      'audio_feat.json': JSON.stringify(Object.fromEntries(records.map(({ asin, embedding }) => [asin, embedding]))),
    };
    const first = expected.features.image;
    expectStored(await open([table, ...Object.entries(files).map(([name, text]) => named(name, text))]), {
      ...expected,
      features: { image: first, text: first, audio: first },
    });
  });

  it('word2vec, and vectors behind whole numbers without a header', async () => {
    const plain = named(
      'inter.csv',
      lines(ROWS, (row) => [row.user, row.item, row.rating, seconds(row)], ',', 'user,item,rating,timestamp'),
    );
    const rows = lines(shuffled, (item) => [item, ...numbers(item, item + 0.5)], ' ');
    expectStored(await open([plain, named('text_emb.txt', `${ITEMS} 4\n${rows}`), named('image_emb.txt', rows)]), {
      ...expected,
      user: String,
      item: String,
      features: { text: (item) => item + 0.5, image: (item) => item + 0.5 },
    });
  });

  it('whole numbers, where the name of the file says that they are features', async () => {
    const codes = lines(shuffled, (item) => [id(item), quoted(`[${item}, 1, 0]`)], ',', 'item_id,codes');
    const only = { ...expected, features: { image: (item: number) => item } };
    expectStored(await open([table, named('image_feat.csv', codes)]), only);
    expectStored(await open([table, named('categories.csv', codes)]), { ...expected, features: {} });
  });

  it('ids by number in a column that is not the first', async () => {
    const plain = named(
      'inter.csv',
      lines(ROWS, (row) => [row.user, row.item, row.rating, seconds(row)], ',', 'user,item,rating,timestamp'),
    );
    const last = lines(shuffled, (item) => [...numbers(item), item], ',', 'f0,f1,f2,f3,item_id');
    const cell = lines(shuffled, (item) => [quoted(`[${numbers(item).join(', ')}]`), item], ',', 'emb,item_id');
    expectStored(await open([plain, named('image_feat.csv', last), named('text_feat.csv', cell)]), {
      ...expected,
      user: String,
      item: String,
      features: { image: expected.features.image, text: expected.features.image },
    });
  });

  it('rows of users, by the name of the column', async () => {
    const rows = lines(
      Array.from({ length: USERS }, (_, user) => USERS - 1 - user),
      (user) => [`u${user}`, quoted(`[${numbers(user).join(', ')}]`)],
      ',',
      'user_id,emb',
    );
    const stored = await open([table, named('text_emb.csv', rows)]);
    expect(stored.document.features).toMatchObject([{ key: 'text', scope: 'user', rows: USERS, columns: 4 }]);
    expect(stored.features['text']?.['u3']).toBe(7);
  });

  it('an item without a vector gets zeros, which is a warning', async () => {
    const text = lines(
      shuffled,
      (item) => [id(item), item === 4 ? '' : quoted(`[${numbers(item).join(', ')}]`)],
      ',',
      'item_id,emb',
    );
    const stored = await open([table, named('image_feat.csv', text)]);
    expect(stored.features['image']?.['i4']).toBe(0);
    expect(stored.features['image']?.['i5']).toBe(11);
    expect(stored.warnings.join(' ')).toContain('1 item has no row in image_feat.csv, i4 first');
  });
});

describe('ids that come again', () => {
  it('count by their last row, which is a warning', async () => {
    const text = lines([4, ...items, 11], (item) => [id(item), item === 4 ? 5 : item, 0.5], ',', 'item_id,f0,f1');
    const twice = text.replace('i4,5,', 'i4,99,');
    const stored = await open([table, named('image_feat.csv', twice)]);
    expect(stored.features['image']?.['i4']).toBe(5);
    expect(stored.warnings).toEqual([
      '1 row of image_feat.csv has an id that comes again, “i4” first; the last row of each id counts.',
    ]);
    const notes = (await tryImport([table, named('image_feat.csv', twice)])).problems.filter(
      ({ severity }) => severity === 'note',
    );
    expect(notes.map(({ message }) => message).join(' ')).toContain('1 row of image_feat.csv belongs to no item');
  });
});

describe('ids that are spelled otherwise', () => {
  it('are named with both spellings', async () => {
    const padded = (item: number): string => String(item + 100).padStart(6, '0');
    const interactions = named(
      'ratings.csv',
      lines(ROWS, (row) => [`u${row.user}`, padded(row.item)], ',', 'userID,itemID'),
    );
    const features = lines(items, (item) => [item + 100, item, 0.5], ',', 'item_id,f0,f1');
    expect(await refusal([interactions, named('image_feat.csv', features)])).toMatch(
      /its first is “100”\. The interactions have “000100”\. Ids must be spelled alike/,
    );
    const list = named(
      'item_ids.txt',
      lines(items, (item) => [`B${item}`]),
    );
    const small = named(
      'ratings.csv',
      lines(ROWS, (row) => [`u${row.user}`, `b${row.item}`], ',', 'userID,itemID'),
    );
    expect(await refusal([small, list, named('image_feat.npy', npy(ITEMS, 2))])).toMatch(
      /has the item (b\d), which item_ids\.txt does not list\. It lists “B\d”/,
    );
  });
});

describe('several things in one table', () => {
  const wide = lines(
    shuffled,
    (item) => [
      id(item),
      `Title ${item}`,
      quoted(`[${numbers(item).join(', ')}]`),
      quoted(
        `[${numbers(item, item + 0.5)
          .slice(0, 3)
          .join(', ')}]`,
      ),
    ],
    ',',
    'item_id,title,image_emb,text_emb',
  );

  it('two columns of vectors are two features, beside titles', async () => {
    const stored = await open([table, named('items.csv', wide)]);
    expectStored(stored, {
      ...expected,
      features: { image: expected.features.image, text: (item) => item + 0.5 },
      name: (item) => `Title ${item}`,
    });
    expect(stored.document.features.map(({ key, columns, file }) => [key, columns, file])).toEqual([
      ['image', 4, 'items.csv/image_emb'],
      ['text', 3, 'items.csv/text_emb'],
    ]);
  });

  it('a column whose name does not say what it holds is asked about', async () => {
    const stored = await openSuggested([table, named('items.csv', wide.replace(',image_emb', ',latent'))]);
    expect(stored.questions).toEqual([expect.stringContaining('these are perhaps features')]);
    expect(Object.keys(stored.features).sort()).toEqual(['latent', 'text']);
  });

  it('answers are kept for each column', async () => {
    const files = [table, named('items.csv', wide.replace(',image_emb', ',latent'))];
    const answer = {
      'items.csv/latent': { role: 'features', feature: { key: 'audio', scope: 'item' } },
      'items.csv/text_emb': { role: 'unused' },
    } as const;
    const stored = await open(files, { files: answer });
    expectStored(stored, { ...expected, features: { audio: expected.features.image }, name: (i) => `Title ${i}` });
    expect(stored.warnings.join()).toContain('items.csv/text_emb was left out, as answered');
  });

  it('ids under a header that says nothing', async () => {
    const stored = await open([table, named('things.csv', wide.replace('item_id', 'id').replace('title', 'label'))]);
    expectStored(stored, { ...expected, features: { image: expected.features.image, text: (item) => item + 0.5 } });
  });

  it('lists of different lengths are no vectors', async () => {
    const genres = lines(
      items,
      (item) => [id(item), `Title ${item}`, quoted(`[${[1, 2, 3].slice(0, 1 + (item % 3)).join(', ')}]`)],
      ',',
      'item_id,title,genres',
    );
    expectStored(await open([table, named('items.csv', genres)]), {
      ...expected,
      features: {},
      name: (item) => `Title ${item}`,
    });
  });
});

describe('vectors that cannot be used', () => {
  const broken = (write: (item: number) => string): Promise<string> =>
    refusal([
      table,
      named(
        'image_feat.csv',
        lines(items, (item) => [id(item), quoted(write(item))], ',', 'item_id,emb'),
      ),
    ]);

  it('NumPy left numbers out', async () => {
    expect(await broken(() => '[0.1 0.2 ... 0.8 0.9]')).toMatch(/image_feat\.csv .*left out.*numpy\.save/);
  });

  it('of different lengths', async () => {
    expect(
      await broken(
        (item) =>
          `[${numbers(item)
            .slice(0, item === 7 ? 3 : 4)
            .join(', ')}]`,
      ),
    ).toMatch(/image_feat\.csv has vectors of different lengths in one column: 3 and 4 numbers/);
  });

  it('a table with the name of features and nothing of the kind is passed over with consent only', async () => {
    const paths = lines(items, (item) => [id(item), `${item}.jpg`], ',', 'item_id,file');
    const { problems } = await tryImport([table, named('image_features.csv', paths)]);
    expect(problems.filter(({ severity }) => severity === 'warning').map(({ message }) => message)).toEqual([
      'image_features.csv has the name of features, but neither columns of numbers nor vectors, and is not used.',
    ]);
  });
});
