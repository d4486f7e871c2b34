import { describe, expect, it } from 'vitest';
import { npy, text } from '../../helpers/dataBuilders';
import { named } from '../../helpers/dataRoom';
import { expectStored, ITEMS, lines, ofSplit, open, openSuggested, refusal, ROWS, USERS, type Row } from './world';

const items = Array.from({ length: ITEMS }, (_, item) => item);
const users = Array.from({ length: USERS }, (_, user) => user);
const rating = (row: Row): number => row.rating;

describe('matrices and blocks of ratings', () => {
  it('Netflix prize: blocks below the number of a movie', async () => {
    const block = (i: number): string =>
      `${i + 1}:\n` +
      lines(
        ROWS.filter((row) => row.item === i),
        (row) => [row.user + 1_488_844, row.rating, '2005-09-06'],
      );
    expect(await refusal([named('combined_data_1.txt', items.map(block).join(''))])).toContain('combined_data_1.txt');
    expect(
      await refusal([named('training_set/mv_0000001.txt', block(0)), named('training_set/mv_0000002.txt', block(1))]),
    ).toContain('mv_0000001.txt');
  });

  it('Jester: a matrix of ratings, 99 for none', async () => {
    const line = (u: number): readonly number[] => [
      6,
      ...Array.from({ length: 100 }, (_, i) => ROWS.find((row) => row.user === u && row.item === i % 10)?.rating ?? 99),
    ];
    expect(await refusal([named('jester-data-1.csv', lines(users, line))])).toContain('jester-data-1.csv');
  });

  it('Coat: matrices of ratings for training and test', async () => {
    const matrix = (test: boolean): string =>
      lines(
        users,
        (u) =>
          items.map(
            (i) => ROWS.find((row) => row.user === u && row.item === i && (row.split === 2) === test)?.rating ?? 0,
          ),
        ' ',
      );
    // A line is the ratings of a user, zero for none: no list of items.
    expect(await refusal([named('coat/train.ascii', matrix(false)), named('coat/test.ascii', matrix(true))])).toMatch(
      /None of these files holds interactions: train\.ascii/,
    );
  });

  it('Epinions: ratings and trust, blanks, no header; MATLAB files are refused', async () => {
    const user = (u: number): string => String(u + 1);
    const item = (i: number): string => String(i + 100);
    const files = [
      named(
        'epinions/ratings_data.txt',
        lines(ROWS, (row) => [user(row.user), item(row.item), row.rating], ' '),
      ),
      named('epinions/trust_data.txt', users.map((u) => ` ${u + 1} ${((u + 3) % USERS) + 1} 1\n`).join('')),
    ];
    expectStored(await openSuggested(files), { user, item, rating, time: null, split: 'drawn' });
    const head = 'MATLAB 5.0 MAT-file, Platform: PCWIN, Created on: Mon Jan 03 2011'.padEnd(124) + '\u0000\u0001IM';
    const mat = [
      named('rating.mat', text(head + '\u000e\u0000\u0000')),
      named('trustnetwork.mat', text(head + '\u000e\u0000\u0000')),
    ];
    expect(await refusal(mat)).toMatch(/rating\.mat.*MATLAB/);
  });

  it('MMSSL: JSON splits beside pickled matrices, features by index', async () => {
    const lists = (split: 0 | 1 | 2): string =>
      JSON.stringify(
        Object.fromEntries(
          users.map((u) => [
            u,
            ofSplit(split)
              .filter((row) => row.user === u)
              .map(({ item }) => item),
          ]),
        ),
      );
    const pickle = Uint8Array.of(0x80, 4, 0x95, 1, 0, 0, 0, 0x2e);
    const stored = await open([
      ...(['train', 'val', 'test'] as const).flatMap((name, split) => [
        named(`tiktok/${name}.json`, lists(split as 0 | 1 | 2)),
        named(`tiktok/${name}_mat`, pickle),
      ]),
      named(
        'tiktok/image_feat.npy',
        npy(ITEMS, 4, (row, column) => (column ? 0.5 : row + 1)),
      ),
      named(
        'tiktok/audio_feat.npy',
        npy(ITEMS, 3, (row, column) => (column ? 0.5 : 10 * row + 3)),
      ),
    ]);
    expectStored(stored, {
      user: String,
      item: String,
      rating: null,
      time: null,
      split: 'files',
      features: { image: (i) => i + 1, audio: (i) => 10 * i + 3 },
    });
  });
});
