import { describe, expect, it } from 'vitest';
import { npy } from '../../helpers/dataBuilders';
import { named } from '../../helpers/dataRoom';
import { byUser, expectStored, ITEMS, lines, ofSplit, open, openSuggested, ROWS, USERS, type Row } from './world';

const users = Array.from({ length: USERS }, (_, user) => user);
const items = Array.from({ length: ITEMS }, (_, item) => item);
const lists = (
  rows: readonly Row[],
  user: (u: number) => string | number,
  item: (i: number) => string | number,
  tab = ' ',
): string =>
  byUser(rows)
    .map(([u, found]) => `${user(u)}${tab}${found.map((row) => item(row.item)).join(' ')}\n`)
    .join('');

describe('lists of items', () => {
  it('KGAT and KGIN: lists, three-column mappings, a knowledge graph', async () => {
    const training = [...ofSplit(0), ...ofSplit(1)];
    const folder = 'amazon-book/';
    const stored = await open([
      named(
        `${folder}entity_list.txt`,
        lines([...items, 10, 11], (i) => [`m.0${i}`, i], ' ', 'org_id remap_id'),
      ),
      named(
        `${folder}item_list.txt`,
        lines(items, (i) => [`055380${i}`, i, `m.0${i}`], ' ', 'org_id remap_id freebase_id'),
      ),
      named(
        `${folder}kg_final.txt`,
        lines([...items, ...items], (i) => [i, i % 3, 10 + (i % 2)], ' '),
      ),
      named(
        `${folder}relation_list.txt`,
        lines([0, 1, 2], (i) => [`http://example.org/r${i}`, i], ' ', 'org_id remap_id'),
      ),
      named(`${folder}test.txt`, lists(ofSplit(2), String, String)),
      named(`${folder}train.txt`, lists(training, String, String)),
      named(
        `${folder}user_list.txt`,
        lines(users, (u) => [`A${u}XZ`, u], ' ', 'org_id remap_id'),
      ),
      named(
        `${folder}text_feat.npy`,
        npy(ITEMS, 3, (row, column) => (column ? 0.5 : row * 2 + 1)),
      ),
    ]);
    expectStored(stored, {
      user: (u) => `A${u}XZ`,
      item: (i) => `055380${i}`,
      rating: null,
      time: null,
      split: 'trainTest',
      features: { text: (i) => i * 2 + 1 },
    });
  });

  it('CiteULike: lists that begin with how many items they have', async () => {
    const counted = users
      .map((u) => ROWS.filter((row) => row.user === u).map(({ item }) => item))
      .map((found) => `${found.length} ${found.join(' ')}\n`)
      .join('');
    const stored = await open([
      named('citeulike-a/users.dat', counted),
      named(
        'citeulike-a/mult.dat',
        items
          .map(
            (i) =>
              `${1 + (i % 3)} ${[0, 7, 11]
                .slice(0, 1 + (i % 3))
                .map((word) => `${word + i}:1`)
                .join(' ')}\n`,
          )
          .join(''),
      ),
    ]);
    // The user is the number of the line, from 0, which must be said.
    expect(stored.warnings.join()).toContain('users.dat');
    expectStored(stored, { user: String, item: String, rating: null, time: null, split: 'drawn' });
  });

  it('CiteULike: the parts of a fold, counts first', async () => {
    const part = (rows: readonly Row[]): string =>
      users
        .map((u) => rows.filter((row) => row.user === u).map(({ item }) => item))
        .map((found) => `${[found.length, ...found].join(' ')}\n`)
        .join('');
    const files = [
      named('train_P10_1.dat', part([...ofSplit(0), ...ofSplit(1)])),
      named('test_P10_1.dat', part(ofSplit(2))),
    ];
    expectStored(await open(files), { user: String, item: String, rating: null, time: null, split: 'trainTest' });
  });

  it('S3-Rec: one file of sequences, ids from 1', async () => {
    const stored = await open([
      named(
        'Beauty.txt',
        lists(
          ROWS,
          (u) => u + 1,
          (i) => i + 1,
        ),
      ),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 1),
      item: (i) => String(i + 1),
      rating: null,
      time: null,
      split: 'drawn',
    });
  });

  it('SASRec: a pair a line, blanks, no header', async () => {
    const file = named(
      'Beauty.txt',
      lines(ROWS, (row) => [row.user + 1, row.item + 1], ' '),
    );
    expectStored(await openSuggested([file]), {
      user: (u) => String(u + 1),
      item: (i) => String(i + 1),
      rating: null,
      time: null,
      split: 'drawn',
    });
  });

  it('MicroLens: pairs.tsv with a tab behind the user', async () => {
    const stored = await open([
      named(
        'MicroLens-50k_pairs.tsv',
        lists(
          ROWS,
          (u) => u + 1,
          (i) => i + 1,
          '\t',
        ),
      ),
      named(
        'MicroLens-50k_titles.csv',
        lines(items, (i) => [i + 1, `"Clip ${i}, part 1"`], ',', 'item,title'),
      ),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 1),
      item: (i) => String(i + 1),
      rating: null,
      time: null,
      split: 'drawn',
      name: (i) => `Clip ${i}, part 1`,
    });
  });

  it('IDvs.MoRec: lists of names', async () => {
    const user = (u: number): string => `U${335_175 + u}`;
    const item = (i: number): string => `N${41_340 + i}`;
    const stored = await open([
      named(
        'mind_60w_items.tsv',
        lines(items, (i) => [item(i), 'lifestyle', `Title ${i} of a text`], '\t'),
      ),
      named('mind_60w_users.tsv', lists(ROWS, user, item, '\t')),
    ]);
    expectStored(stored, { user, item, rating: null, time: null, split: 'drawn' });
  });

  it('constant length: every training list has four items', async () => {
    const fixed = users.flatMap((u) => {
      const own = ROWS.filter((row) => row.user === u);
      return own.map((row, at) => ({ ...row, split: (at < 2 ? 0 : 2) as 0 | 2 })).slice(0, 3);
    });
    const part = (split: number): string =>
      users
        .map(
          (u) =>
            `${u + 1} ${fixed
              .filter((row) => row.user === u && row.split === split)
              .map((row) => row.item + 7)
              .join(' ')}\n`,
        )
        .join('');
    const wide = users
      .map((u) => `${u + 1} ${[0, 1, 2, 3].map((k) => ((u + k * 2) % ITEMS) + 7).join(' ')}\n`)
      .join('');
    const stored = await open([named('train.txt', wide), named('test.txt', part(2))]);
    const pairs = new Set(stored.rows.map(({ pair }) => pair));
    for (const u of users)
      for (const k of [0, 1, 2, 3]) expect(pairs).toContain(`${u + 1} ${((u + k * 2) % ITEMS) + 7}`);
    expect([...pairs].every((pair) => Number(pair.split(' ')[1]) >= 7)).toBe(true);
  });
});
