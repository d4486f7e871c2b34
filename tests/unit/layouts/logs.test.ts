import { describe, expect, it } from 'vitest';
import { named } from '../../helpers/dataRoom';
import {
  expectStored,
  ITEMS,
  lines,
  open,
  openSuggested,
  question,
  refusal,
  ROWS,
  seconds,
  USERS,
  type Row,
} from './world';

const users = Array.from({ length: USERS }, (_, user) => user);
const items = Array.from({ length: ITEMS }, (_, item) => item);
const iso = (row: Row): string => new Date(seconds(row) * 1000).toISOString();
describe('logs of shops', () => {
  it('Taobao: five columns without a header, behaviour in words', async () => {
    const kinds = ['pv', 'buy', 'cart', 'fav'];
    const file = named(
      'UserBehavior.csv',
      lines(ROWS, (row) => [
        row.user + 1,
        2_268_318 + row.item,
        2_520_377 + (row.item % 4),
        kinds[row.at % 4]!,
        seconds(row),
      ]),
    );
    expectStored(await openSuggested([file]), {
      user: (u) => String(u + 1),
      item: (i) => String(2_268_318 + i),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
  });

  it('Tmall: actions as numbers, dates as month and day, labels of merchants beside', async () => {
    const monthDay = (row: Row): string =>
      new Date(Date.UTC(2014, 4, 11 + row.at)).toISOString().slice(5, 10).replace('-', '');
    const stored = await open([
      named(
        'data_format1/train_format1.csv',
        lines(users, (u) => [u + 34_176, 944, u % 2], ',', 'user_id,merchant_id,label'),
      ),
      named(
        'data_format1/user_info_format1.csv',
        lines(users, (u) => [u + 34_176, 6, 0], ',', 'user_id,age_range,gender'),
      ),
      named(
        'data_format1/user_log_format1.csv',
        lines(
          ROWS,
          (row) => [row.user + 34_176, row.item + 323_294, 833, 2882, 2661, monthDay(row), row.at % 3],
          ',',
          'user_id,item_id,cat_id,seller_id,brand_id,time_stamp,action_type',
        ),
      ),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 34_176),
      item: (i) => String(i + 323_294),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
    // Clicks and purchases alike: that must be said.
    expect(stored.warnings.join()).toContain('action_type');
  });

  it('YooChoose: clicks, purchases and a test part without headers', async () => {
    const category = (row: Row): string => (row.at % 5 === 0 ? 'S' : '0');
    const clicks = lines(ROWS, (row) => [row.user + 1, iso(row), 214_536_502 + row.item, category(row)]);
    const files = [
      named(
        'yoochoose-data/yoochoose-buys.dat',
        lines(ROWS.slice(0, 25), (row) => [row.user + 1, iso(row), 214_536_502 + row.item, 12_462, 1]),
      ),
      named('yoochoose-data/yoochoose-clicks.dat', clicks),
      named(
        'yoochoose-data/yoochoose-test.dat',
        lines(ROWS.slice(3, 20), (row) => [row.user + 500, iso(row), 214_536_502 + row.item, 0]),
      ),
    ];
    expect(await question(files)).toContain('yoochoose-clicks.dat');
    const suggested = await openSuggested(files);
    expect([suggested.document.name, suggested.rows.length]).toEqual(['yoochoose-clicks', 72]);
    const stored = await open(files, {
      files: {
        'yoochoose-clicks.dat': {
          role: 'interactions',
          header: false,
          columns: { user: '#1', timestamp: '#2', item: '#3' },
        },
      },
    });
    const expected = {
      user: (u: number) => String(u + 1),
      item: (i: number) => String(214_536_502 + i),
      rating: null,
      time: 'order',
      split: 'drawn',
    } as const;
    expectStored(stored, expected);
    expectStored(await openSuggested([named('yoochoose-clicks.dat', clicks)]), expected);
  });

  it('Diginetica: users that are NA are no users; sessions are', async () => {
    const file = (known: (row: Row) => boolean) =>
      named(
        'train-item-views.csv',
        lines(
          ROWS,
          (row) => [row.user + 1, known(row) ? row.user + 9_000 : 'NA', 81_766 + row.item, row.at * 526, '2016-05-09'],
          ';',
          'sessionId;userId;itemId;timeframe;eventdate',
        ),
      );
    expect(
      await refusal([file(() => false)], {
        files: { 'train-item-views.csv': { role: 'interactions', columns: { user: 'userId', item: 'itemId' } } },
      }),
    ).toMatch(/72 rows without a user id, row 2 first/);
    // The session has an id in every row.
    for (const part of [file(() => false), file((row) => row.at % 3 === 0)]) {
      const stored = await openSuggested([part]);
      expect(stored.questions.join()).toContain('sessionId');
      expectStored(stored, {
        user: (u) => String(u + 1),
        item: (i) => String(81_766 + i),
        rating: null,
        time: null,
        split: 'drawn',
      });
    }
  });

  it('XING 2016: tabs, kinds of interactions as numbers', async () => {
    const stored = await open([
      named(
        'interactions.csv',
        lines(
          ROWS,
          (row) => [row.user + 2_206_240, row.item + 1_379_450, 1 + (row.at % 4), seconds(row)],
          '\t',
          'user_id\titem_id\tinteraction_type\tcreated_at',
        ),
      ),
      named(
        'items.csv',
        lines(items, (i) => [i + 1_379_450, '1,2', 3, 'de'], '\t', 'id\ttitle\tcareer_level\tcountry'),
      ),
      named(
        'target_users.csv',
        lines(users, (u) => [u + 2_206_240], '\t', 'user_id'),
      ),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 2_206_240),
      item: (i) => String(i + 1_379_450),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
    expect(stored.warnings.join()).toContain('interaction_type');
  });

  it('XING 2017: a header as Hive exports it, the table before each column', async () => {
    const table = 'recsyschallenge_v2017_interactions_final_anonym_training_export';
    const header = ['user_id', 'item_id', 'interaction_type', 'created_at']
      .map((column) => `${table}.${column}`)
      .join('\t');
    const stored = await open([
      named(
        'interactions.csv',
        lines(ROWS, (row) => [row.user + 1, row.item + 50, row.at % 5, seconds(row)], '\t', header),
      ),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 1),
      item: (i) => String(i + 50),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
    expect(stored.warnings.join()).toContain('interaction_type');
  });

  it('Polimi: row, col and data of a sparse matrix', async () => {
    const file = named(
      'data_train.csv',
      lines(ROWS, (row) => [row.user + 5, row.item + 100, '1.0'], ',', 'row,col,data'),
    );
    expectStored(await openSuggested([file]), {
      user: (u) => String(u + 5),
      item: (i) => String(i + 100),
      rating: null,
      time: null,
      split: 'drawn',
    });
  });

  it('Parquet parts of NVTabular that are cut are refused by name', async () => {
    const part = new TextEncoder().encode('PAR1'.padEnd(40, '\u0015'));
    const files = [
      named('train/part_0.parquet', part),
      named('valid/part_0.parquet', part),
      named('schema.pbtxt', 'feature {\n  name: "item_id"\n}\n'),
    ];
    expect(await refusal(files)).toMatch(/part_0\.parquet is not a readable Parquet file.* again/);
  });
});
