import { describe, expect, it } from 'vitest';
import { named } from '../../helpers/dataRoom';
import { expectStored, ITEMS, lines, ofSplit, open, openSuggested, question, ROWS, seconds, type Row } from './world';

const items = Array.from({ length: ITEMS }, (_, item) => item);
const rating = (row: Row): number => row.rating;

describe('toolkits', () => {
  it('NCF: training and test ratings beside sampled negatives', async () => {
    const cells = (row: Row): readonly number[] => [row.user, row.item, row.rating, seconds(row)];
    const negatives = ofSplit(2).map(
      (row) => `(${row.user},${row.item})\t${items.filter((i) => i % 3 === row.user % 3).join('\t')}\n`,
    );
    const stored = await open([
      named('ml-1m.test.negative', negatives.join('')),
      named('ml-1m.test.rating', lines(ofSplit(2), cells, '\t')),
      named('ml-1m.train.rating', lines([...ofSplit(0), ...ofSplit(1)], cells, '\t')),
    ]);
    expectStored(stored, { user: String, item: String, rating, time: 'order', split: 'trainTest' });
  });

  it('Cornac: UIRT tuples without a header', async () => {
    const file = named(
      'uirt.csv',
      lines(ROWS, (row) => [`u${row.user}`, `i${row.item}`, row.rating.toFixed(1), seconds(row)]),
    );
    expectStored(await openSuggested([file]), {
      user: (u) => `u${u}`,
      item: (i) => `i${i}`,
      rating,
      time: 'order',
      split: 'drawn',
    });
  });

  it('Elliot: a fold of a nested split, parts at different depths', async () => {
    const cells = (row: Row): readonly (string | number)[] => [
      row.user + 3,
      row.item + 9,
      row.rating.toFixed(1),
      seconds(row),
    ];
    const header = 'userId\titemId\trating\ttimestamp';
    const stored = await open([
      named('splitting/0/0/train.tsv', lines(ofSplit(0), cells, '\t', header)),
      named('splitting/0/0/val.tsv', lines(ofSplit(1), cells, '\t', header)),
      named('splitting/0/test.tsv', lines(ofSplit(2), cells, '\t', header)),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 3),
      item: (i) => String(i + 9),
      rating,
      time: 'order',
      split: 'files',
    });
  });

  it('Elliot: two folds are asked about, and only one is read', async () => {
    const cells = (row: Row): readonly (string | number)[] => [
      row.user + 3,
      row.item + 9,
      row.rating.toFixed(1),
      seconds(row),
    ];
    const header = 'userId\titemId\trating\ttimestamp';
    const fold = (k: number) => [
      named(
        `splitting/${k}/train.tsv`,
        lines(
          ROWS.filter((row) => (row.split === 2) !== (k === 0)),
          cells,
          '\t',
          header,
        ),
      ),
      named(
        `splitting/${k}/test.tsv`,
        lines(
          ROWS.filter((row) => (row.split === 2) === (k === 0)),
          cells,
          '\t',
          header,
        ),
      ),
    ];
    const files = [...fold(0), ...fold(1)];
    const stored = await openSuggested(files);
    expectStored(stored, {
      user: (u) => String(u + 3),
      item: (i) => String(i + 9),
      rating,
      time: 'order',
      split: 'trainTest',
    });
  });

  it('LibRecommender: label holds the rating', async () => {
    const file = named(
      'sample_movielens_rating.csv',
      lines(ROWS, (row) => [row.user + 4617, row.item + 296, row.rating, seconds(row)], ',', 'user,item,label,time'),
    );
    expectStored(await openSuggested([file]), {
      user: (u) => String(u + 4617),
      item: (i) => String(i + 296),
      rating,
      time: 'order',
      split: 'drawn',
    });
  });

  it('DaisyRec: an index column and a label that is always 1', async () => {
    const part = (rows: readonly Row[]): string =>
      lines(
        rows,
        (row) => [row.at, row.user, row.item, row.rating.toFixed(1), seconds(row), 1],
        ',',
        ',user,item,rating,timestamp,label',
      );
    const stored = await open([
      named('experiment_data/train_ml-100k_5core_tsbr.dat', part([...ofSplit(0), ...ofSplit(1)])),
      named('experiment_data/test_ml-100k_5core_tsbr.dat', part(ofSplit(2))),
    ]);
    expectStored(stored, { user: String, item: String, rating, time: 'order', split: 'trainTest' });
  });

  it('RecBole: ids as floats, its own part names', async () => {
    const header = 'user_id:token\titem_id:token\trating:float\ttimestamp:float';
    const part = (split: 0 | 1 | 2): string =>
      lines(
        ofSplit(split),
        (row) => [`${row.user + 1}.0`, `${row.item + 1}.0`, row.rating.toFixed(1), `${seconds(row)}.0`],
        '\t',
        header,
      );
    const stored = await open(
      [
        named('ml-100k/ml-100k.part1.inter', part(0)),
        named('ml-100k/ml-100k.part2.inter', part(1)),
        named('ml-100k/ml-100k.part3.inter', part(2)),
      ],
      {
        files: {
          'ml-100k.part1.inter': { role: 'train' },
          'ml-100k.part2.inter': { role: 'valid' },
          'ml-100k.part3.inter': { role: 'test' },
        },
      },
    );
    expect(stored.questions.join()).toContain('part1');
    expectStored(stored, {
      user: (u) => String(u + 1),
      item: (i) => String(i + 1),
      rating,
      time: 'order',
      split: 'files',
    });
  });

  it('asks about one split part of several names rather than choosing', async () => {
    const cells = (row: Row): readonly number[] => [row.user, row.item];
    const files = [
      named('a/train.csv', lines(ofSplit(0), cells, ',', 'user_id,item_id')),
      named('a/test.csv', lines(ofSplit(2), cells, ',', 'user_id,item_id')),
      named('a/test_cold.csv', lines(ofSplit(1), cells, ',', 'user_id,item_id')),
    ];
    expect(await question(files)).toMatch(/test\.csv.*test_cold\.csv/);
  });
});
