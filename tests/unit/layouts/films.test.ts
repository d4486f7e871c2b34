import { describe, expect, it } from 'vitest';
import { named } from '../../helpers/dataRoom';
import { expectStored, ITEMS, lines, open, openSuggested, question, ROWS, seconds, USERS, type Row } from './world';

const rating = (row: Row): number => row.rating;
const users = Array.from({ length: USERS }, (_, user) => user);
const items = Array.from({ length: ITEMS }, (_, item) => item);

describe('films', () => {
  it('MovieTweetings: ids with leading zeros, users beside', async () => {
    const item = (i: number): string => `0${114_508 + i}`;
    const stored = await open([
      named(
        'latest/movies.dat',
        lines(items, (i) => [item(i), `Film ${i} (1913)`, 'Crime|Drama'], '::'),
      ),
      named(
        'latest/ratings.dat',
        lines(ROWS, (row) => [row.user + 1, item(row.item), row.rating, seconds(row)], '::'),
      ),
      named(
        'latest/users.dat',
        lines(users, (u) => [u + 1, 139_564_917 + u * 17], '::'),
      ),
    ]);
    expectStored(stored, { user: (u) => String(u + 1), item, rating, time: 'order', split: 'drawn' });
  });

  it('HetRec MovieLens: the same ratings twice, dates in columns or in one', async () => {
    const half = (row: Row): number => row.rating - 0.5;
    const files = [
      named(
        'movies.dat',
        Uint8Array.from(
          lines(items, (i) => [i + 1, `Am\u00e9lie ${i}`, 'x'], '\t', 'id\ttitle\timdbID'),
          (sign) => sign.charCodeAt(0),
        ),
      ),
      named(
        'movie_tags.dat',
        lines(items, (i) => [i + 1, 7, 10], '\t', 'movieID\ttagID\ttagWeight'),
      ),
      named(
        'user_ratedmovies.dat',
        lines(
          ROWS,
          (row) => [row.user + 75, row.item + 1, half(row), 29, 10, 2006, 23, 17, 16],
          '\t',
          'userID\tmovieID\trating\tdate_day\tdate_month\tdate_year\tdate_hour\tdate_minute\tdate_second',
        ),
      ),
      named(
        'user_ratedmovies-timestamps.dat',
        lines(
          ROWS,
          (row) => [row.user + 75, row.item + 1, half(row), seconds(row) * 1000],
          '\t',
          'userID\tmovieID\trating\ttimestamp',
        ),
      ),
      named(
        'user_taggedmovies-timestamps.dat',
        lines(
          ROWS.slice(0, 9),
          (row) => [row.user + 75, row.item + 1, 5290, seconds(row) * 1000],
          '\t',
          'userID\tmovieID\ttagID\ttimestamp',
        ),
      ),
    ];
    expectStored(await openSuggested(files), {
      user: (u) => String(u + 75),
      item: (i) => String(i + 1),
      rating: half,
      time: 'order',
      split: 'drawn',
    });
  });

  it('MovieLens 100K: the whole, and the folds that come with it', async () => {
    const cells = (row: Row): readonly number[] => [row.user + 1, row.item + 1, row.rating, seconds(row)];
    const fold = (k: number): ReturnType<typeof named>[] => [
      named(
        `ml-100k/u${k}.base`,
        lines(
          ROWS.filter((row) => row.at % 5 !== k - 1),
          cells,
          '\t',
        ),
      ),
      named(
        `ml-100k/u${k}.test`,
        lines(
          ROWS.filter((row) => row.at % 5 === k - 1),
          cells,
          '\t',
        ),
      ),
    ];
    const files = [
      named('ml-100k/u.data', lines(ROWS, cells, '\t')),
      named('ml-100k/u.genre', 'unknown|0\nAction|1\n'),
      named(
        'ml-100k/u.item',
        Uint8Array.from(
          lines(items, (i) => [i + 1, `Am\u00e9lie ${i} (1995)`, '01-Jan-1995', '', 'http://x', 0, 1], '|'),
          (sign) => sign.charCodeAt(0),
        ),
      ),
      named(
        'ml-100k/u.user',
        lines(users, (u) => [u + 1, 24, 'M', 'technician', '85711'], '|'),
      ),
      ...[1, 2, 3, 4, 5].flatMap(fold),
    ];
    expectStored(await openSuggested(files), {
      user: (u) => String(u + 1),
      item: (i) => String(i + 1),
      rating,
      time: 'order',
      split: 'drawn',
    });
  });

  it('Twitch: user, stream, streamer, start and stop', async () => {
    const file = named(
      '100k_a.csv',
      lines(ROWS, (row) => [row.user + 1, 33_842_865_744 + row.at, `streamer${row.item}`, 154 + row.at, 156 + row.at]),
    );
    // Stream or streamer: only a person knows what is recommended.
    expect(await question([file])).toContain('100k_a.csv');
    const stored = await open([file], {
      files: {
        '100k_a.csv': { role: 'interactions', header: false, columns: { user: '#1', item: '#3', timestamp: '#4' } },
      },
    });
    expectStored(stored, {
      user: (u) => String(u + 1),
      item: (i) => `streamer${i}`,
      rating: null,
      time: 'order',
      split: 'drawn',
    });
  });
});
