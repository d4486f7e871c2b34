import { describe, expect, it } from 'vitest';
import { npy } from '../../helpers/dataBuilders';
import { named } from '../../helpers/dataRoom';
import {
  expectStored,
  ITEMS,
  lines,
  ofSplit,
  open,
  openSuggested,
  refusal,
  ROWS,
  seconds,
  USERS,
  type Row,
} from './world';

const items = Array.from({ length: ITEMS }, (_, item) => item);
const users = Array.from({ length: USERS }, (_, user) => user);
const rating = (row: Row): number => row.rating;
const asin = (item: number): string => `B00${(item * 7919 + 40_000_003).toString(36).toUpperCase().padStart(7, 'X')}`;
/** The row of an item in features that have an order of their own. */
const place = (item: number): number => (item * 3 + 7) % ITEMS;
const itemAt = (row: number): number => items.find((item) => place(item) === row)!;
const inPlaces = npy(ITEMS, 4, (row, column) => (column ? 0.25 : 2 * itemAt(row) + 1));
const table = named(
  'ratings.csv',
  lines(
    ROWS,
    (row) => [`u${row.user}`, asin(row.item), row.rating, seconds(row)],
    ',',
    'userID,itemID,rating,timestamp',
  ),
);
const expected = {
  user: (u: number) => `u${u}`,
  item: asin,
  rating,
  time: 'order',
  split: 'drawn',
  features: { image: (i: number) => 2 * i + 1 },
} as const;

describe('features in an order of their own', () => {
  it('item2id.json: ids and their rows', async () => {
    const mapping = JSON.stringify(Object.fromEntries(items.map((i) => [asin(i), place(i)])));
    expectStored(await open([table, named('item2id.json', mapping), named('image_feat.npy', inPlaces)]), expected);
  });

  it('item_list.txt with a header, rows in any order', async () => {
    const list = lines([...items].reverse(), (i) => [asin(i), place(i)], ' ', 'org_id remap_id');
    expectStored(await open([table, named('item_list.txt', list), named('image_feat.npy', inPlaces)]), expected);
  });

  it('item_ids.txt: ids alone, one a line', async () => {
    const list = lines(items, (row) => [asin(itemAt(row))]);
    expectStored(await open([table, named('item_ids.txt', list), named('image_feat.npy', inPlaces)]), expected);
  });

  it('i_id_mapping.csv that lacks an item is refused with the item', async () => {
    const list = lines(
      items.filter((i) => i !== 4),
      (i) => [asin(i), place(i)],
      '\t',
      'asin\titemID',
    );
    expect(await refusal([table, named('i_id_mapping.csv', list), named('image_feat.npy', inPlaces)])).toContain(
      'i_id_mapping.csv',
    );
  });

  it('a table of features by id, without a header, and one with item ids last', async () => {
    const bare = lines([...items].reverse(), (i) => [asin(i), 2 * i + 1, 0.5, 0.25], '\t');
    const last = lines(items, (i) => [`${3 * i}.5`, 0.5, asin(i)], ',', 'f0,f1,item_id');
    expectStored(await open([table, named('image_feat.tsv', bare), named('text_embeddings.csv', last)]), {
      ...expected,
      features: { ...expected.features, text: (i) => 3 * i + 0.5 },
    });
  });

  it('features of other items are refused', async () => {
    const other = lines(items, (i) => [`X${i}`, i, 0.5], ',', 'item_id,f0,f1');
    expect(await refusal([table, named('image_feat.csv', other)])).toMatch(/image_feat\.csv/);
  });

  it('LightGCN lists from 1 beside features from 0', async () => {
    const list = (rows: readonly Row[]): string =>
      users
        .map((u) => `${[u + 1, ...rows.filter((row) => row.user === u).map((row) => row.item + 1)].join(' ')}\n`)
        .join('');
    const stored = await openSuggested([
      named('train.txt', list([...ofSplit(0), ...ofSplit(1)])),
      named('test.txt', list(ofSplit(2))),
      named(
        'visual_feat.npy',
        npy(ITEMS, 4, (row, column) => (column ? 0.25 : 2 * row + 1)),
      ),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 1),
      item: (i) => String(i + 1),
      rating: null,
      time: null,
      split: 'trainTest',
      features: { visual: (i) => 2 * i + 1 },
    });
  });

  it('goodbooks-10k: ratings, wishes, and books whose ids are many', async () => {
    const header =
      'book_id,goodreads_book_id,best_book_id,work_id,books_count,isbn,authors,original_title,title,average_rating';
    const stored = await open([
      named(
        'goodbooks-10k/book_tags.csv',
        lines(items, (i) => [i + 1000, 30, 7], ',', 'goodreads_book_id,tag_id,count'),
      ),
      named(
        'goodbooks-10k/books.csv',
        lines(
          items,
          (i) => [i + 1, i + 1000, i + 1000, i + 2000, 272, 439_023_483, '"A, B"', 'x', `"Book, ${i}"`, 4.3],
          ',',
          header,
        ),
      ),
      named(
        'goodbooks-10k/ratings.csv',
        lines(ROWS, (row) => [row.user + 1, row.item + 1, row.rating], ',', 'user_id,book_id,rating'),
      ),
      named(
        'goodbooks-10k/to_read.csv',
        lines(ROWS.slice(0, 30), (row) => [row.user + 1, ((row.item + 1) % ITEMS) + 1], ',', 'user_id,book_id'),
      ),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 1),
      item: (i) => String(i + 1),
      rating,
      time: null,
      split: 'drawn',
      name: (i) => `Book, ${i}`,
    });
    expect(stored.warnings.join()).toContain('to_read.csv');
  });
});
