import { describe, expect, it } from 'vitest';
import { named } from '../../helpers/dataRoom';
import {
  byUser,
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

const isoZ = (row: Row): string => new Date(seconds(row) * 1000).toISOString().slice(0, 19) + 'Z';
const rating = (row: Row): number => row.rating;
const users = Array.from({ length: USERS }, (_, user) => user);
/** `Tue Apr 03 18:00:09 +0000 2012`. */
const unixDate = (row: Row): string => {
  const [, day, date, month, year, time] = new Date(seconds(row) * 1000)
    .toUTCString()
    .match(/(\w+), (\d+) (\w+) (\d+) ([\d:]+)/)!;
  return `${day} ${month} ${date} ${time} +0000 ${year}`;
};

describe('check-ins', () => {
  it('Gowalla: user, time, place on earth, place; friendships beside', async () => {
    const checkins = lines(
      ROWS,
      (row) => [
        row.user,
        isoZ(row),
        (30.2359091167 + row.item / 7).toFixed(10),
        (-97.7951395833 - row.item / 9).toFixed(10),
        22_847 + row.item,
      ],
      '\t',
    );
    const edges = users.flatMap((u) => [1, 2, 5].map((far) => `${u}\t${(u + far) % USERS}\n`)).join('');
    const stored = await openSuggested([
      named('loc-gowalla_edges.txt', edges),
      named('loc-gowalla_totalCheckins.txt', checkins),
    ]);
    expectStored(stored, {
      user: String,
      item: (i) => String(22_847 + i),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
  });

  const venue = (i: number): string => `49bbd6c0f964a520f4531fe${i}`;
  const nyc = (kind: string): string =>
    lines(
      ROWS,
      (row) => [
        row.user + 470,
        venue(row.item),
        `4bf58dd8d48988d12795173${row.item % 3}`,
        kind,
        40.71981038 + row.item,
        -74.002581,
        -240,
        unixDate(row),
      ],
      '\t',
    );

  it('Foursquare NYC: eight columns without a header, dates as Unix prints them', async () => {
    const stored = await openSuggested([named('dataset_TSMC2014_NYC.txt', nyc('Arts & Crafts Store'))]);
    expectStored(stored, { user: (u) => String(u + 470), item: venue, rating: null, time: 'order', split: 'drawn' });
  });

  it('Foursquare NYC in Latin-1 is refused with a way out', async () => {
    const bytes = Uint8Array.from(nyc('Caf\u00e9'), (sign) => sign.charCodeAt(0));
    expect(await refusal([named('dataset_TSMC2014_NYC.txt', bytes)])).toMatch(/dataset_TSMC2014_NYC\.txt.*iconv/);
  });
});

describe('music', () => {
  const sha = (u: number): string => `b80344d063b5ccb3212f76538f3d9e43d87dca${(u + 16).toString(16)}`;
  const mbid = (i: number): string => `3bd73256-3905-4f3a-97e2-8b341527f80${i}`;

  it('Taste profile: triplets of user, song and plays, no header', async () => {
    const song = (i: number): string => `SOAKIMP12A8C13099${i}`;
    const stored = await openSuggested([
      named(
        'train_triplets.txt',
        lines(ROWS, (row) => [sha(row.user), song(row.item), row.rating], '\t'),
      ),
    ]);
    expectStored(stored, { user: sha, item: song, rating, time: null, split: 'drawn' });
  });

  it('Last.fm 360K: user, artist, its name, plays', async () => {
    const files = [
      named(
        'usersha1-artmbid-artname-plays.tsv',
        lines(ROWS, (row) => [sha(row.user), mbid(row.item), `"the" artist no. ${row.item}`, row.at * 31 + 1], '\t'),
      ),
      named(
        'usersha1-profile.tsv',
        lines(users, (u) => [sha(u), 'm', 20 + u, 'Germany', 'Feb 1, 2007'], '\t'),
      ),
    ];
    expectStored(await openSuggested(files), { user: sha, item: mbid, rating: null, time: null, split: 'drawn' });
  });

  it('Last.fm 360K with artists that have no id is refused with the row', async () => {
    const file = named(
      'usersha1-artmbid-artname-plays.tsv',
      lines(
        ROWS,
        (row) => [sha(row.user), row.at % 9 === 4 ? '' : mbid(row.item), `artist no. ${row.item}`, row.at * 31 + 1],
        '\t',
      ),
    );
    expect(await refusal([file])).toMatch(/8 rows without an item id, row 5 first/);
  });

  it('Last.fm 1K: six columns, time second', async () => {
    const user = (u: number): string => `user_0006${u + 10}`;
    const file = named(
      'userid-timestamp-artid-artname-traid-traname.tsv',
      lines(
        ROWS,
        (row) => [
          user(row.user),
          isoZ(row),
          mbid(row.item),
          `Artist's ${row.item}`,
          `f1b1cf71-bd35-4e99-8624-24a6e15f133${row.item}`,
          'Fall in Love Again?',
        ],
        '\t',
      ),
    );
    expectStored(await openSuggested([file]), { user, item: mbid, rating: null, time: 'order', split: 'drawn' });
  });

  it('LFM-1b: five columns of whole numbers are a table, not lists of items', async () => {
    const file = named(
      'LFM-1b_LEs.txt',
      lines(
        ROWS,
        (row) => [31_435_726 + row.user, 3_000 + row.item, 40_000 + row.item, 500_000 + row.item, seconds(row)],
        '\t',
      ),
    );
    const stored = await openSuggested([file]);
    expectStored(stored, {
      user: (u) => String(31_435_726 + u),
      item: (i) => String(3_000 + i),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
  });

  it('Yahoo R3: training and test, tabs, ids from 1', async () => {
    const name = 'ydata-ymusic-rating-study-v1_0';
    const cells = (row: Row): readonly number[] => [row.user + 1, row.item + 1, row.rating];
    const stored = await open([
      named(`${name}-train.txt`, lines([...ofSplit(0), ...ofSplit(1)], cells, '\t')),
      named(`${name}-test.txt`, lines(ofSplit(2), cells, '\t')),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 1),
      item: (i) => String(i + 1),
      rating,
      time: null,
      split: 'trainTest',
    });
  });
});

describe('sanity of the world', () => {
  it('has 72 different pairs of 12 users and 10 items in all splits', () => {
    expect(new Set(ROWS.map(({ user, item }) => `${user} ${item}`)).size).toBe(72);
    expect(byUser()).toHaveLength(USERS);
    expect(new Set(ofSplit(0).map(({ item }) => item)).size).toBe(ITEMS);
    expect([ofSplit(0), ofSplit(1), ofSplit(2)].map(({ length }) => length)).toEqual([48, 12, 12]);
    expect(new Set(byUser(ofSplit(0)).map(([, rows]) => rows.length)).size).toBeGreaterThan(1);
  });
});
