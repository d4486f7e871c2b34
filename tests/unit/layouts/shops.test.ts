import { describe, expect, it } from 'vitest';
import { gzipped, text } from '../../helpers/dataBuilders';
import { named } from '../../helpers/dataRoom';
import {
  expectStored,
  ITEMS,
  lines,
  ofSplit,
  open,
  openSuggested,
  python,
  question,
  records,
  refusal,
  ROWS,
  seconds,
  USERS,
  type Row,
} from './world';

const iso = (row: Row): string => new Date(seconds(row) * 1000).toISOString().slice(0, 19).replace('T', ' ');
const asin = (item: number): string => `B00${(item * 7919 + 40_000_003).toString(36).toUpperCase().padStart(7, 'X')}`;
const reviewer = (user: number): string => `A${(user * 104_729 + 90_000_049).toString(36).toUpperCase()}`;
const items = Array.from({ length: ITEMS }, (_, item) => item);
const users = Array.from({ length: USERS }, (_, user) => user);
const rating = (row: Row): number => row.rating;

describe('reviews of shops', () => {
  it('Yelp: reviews, tips, businesses and users, JSON lines', async () => {
    const user = (u: number): string => `u${u}_-hKO1q9wZ0`;
    const item = (i: number): string => `${i}bGUhV7-kq`;
    const tips = ROWS.slice(0, 20);
    const folder = 'yelp_dataset/yelp_academic_dataset_';
    const files = [
      named(
        `${folder}business.json`,
        records(items, (i) => ({
          business_id: item(i),
          name: `Café "No. ${i}"`,
          address: '1, Main St',
          city: 'Phoenix',
          state: 'AZ',
          latitude: 33.4 + i / 100,
          longitude: -112.1,
          stars: 3.5,
          review_count: 7,
          is_open: i % 2,
          attributes: { ByAppointmentOnly: 'True' },
          categories: 'Doctors, Health',
          hours: null,
        })),
      ),
      named(
        `${folder}review.json`,
        records(ROWS, (row) => ({
          review_id: `r${row.at}`,
          user_id: user(row.user),
          business_id: item(row.item),
          stars: row.rating,
          useful: row.at % 3,
          funny: 0,
          cool: row.at % 2,
          text: 'Good,\nbut "slow".',
          date: iso(row),
        })),
      ),
      named(
        `${folder}tip.json`,
        records(tips, (row) => ({
          user_id: user(row.user),
          business_id: item(row.item),
          text: 'Go!',
          date: '2015-03-01 10:00:00',
          compliment_count: 0,
        })),
      ),
      named(
        `${folder}user.json`,
        records(users, (u) => ({
          user_id: user(u),
          name: 'Ann',
          review_count: 6,
          yelping_since: '2008-07-25 10:41:00',
          friends: 'a, b',
          average_stars: 3.3,
          compliment_photos: 0,
        })),
      ),
      named(
        `${folder}checkin.json`,
        records(items, (i) => ({ business_id: item(i), date: '2016-04-26 19:49:16, 2016-08-30 18:36:57' })),
      ),
    ];
    // Tips are interactions too, so that a question is in order; the reviews have the ratings.
    expectStored(await openSuggested(files), {
      user,
      item,
      rating,
      time: 'order',
      split: 'drawn',
      name: (i) => `Café "No. ${i}"`,
    });
  });

  it('Amazon 2018: 5-core reviews, gzipped JSON lines', async () => {
    const reviews = records(ROWS, (row) => ({
      overall: row.rating,
      ...(row.at % 4 === 0 ? { vote: '1,203' } : {}),
      verified: row.at % 5 > 0,
      reviewTime: '10 30, 2004',
      reviewerID: reviewer(row.user),
      asin: asin(row.item),
      ...(row.at % 3 === 0 ? { style: { 'Color:': ' Red' }, image: ['https://example.org/1.jpg'] } : {}),
      reviewerName: 'Ann',
      reviewText: 'Fine, "really".',
      summary: 'Fine',
      unixReviewTime: seconds(row),
    }));
    const meta = records(items, (i) => ({
      category: ['Instruments', 'Strings'],
      tech1: '',
      description: ['A thing'],
      title: `Thing ${i}`,
      also_buy: [],
      brand: 'B',
      rank: [],
      asin: asin(i),
    }));
    const stored = await open([
      named('Musical_Instruments_5.json.gz', gzipped(text(reviews))),
      named('meta_Musical_Instruments.json.gz', gzipped(text(meta))),
    ]);
    expectStored(stored, {
      user: reviewer,
      item: asin,
      rating,
      time: 'order',
      split: 'drawn',
      name: (i) => `Thing ${i}`,
    });
  });

  it('Amazon 2018: ratings only, the item first, no header', async () => {
    const file = named(
      'Musical_Instruments.csv',
      lines(ROWS, (row) => [asin(row.item), reviewer(row.user), row.rating.toFixed(1), seconds(row)]),
    );
    // Product numbers tell the item, which is still asked.
    expect(await question([file])).toContain('Musical_Instruments.csv');
    expectStored(await openSuggested([file]), { user: reviewer, item: asin, rating, time: 'order', split: 'drawn' });
  });

  it('Amazon 2023: reviews of variants, and what the products are', async () => {
    const review = (row: Row): object => ({
      rating: row.rating,
      title: 'Such a lovely scent',
      text: 'x',
      images: [],
      asin: `${asin(row.item)}${row.at % 2}`,
      parent_asin: asin(row.item),
      user_id: reviewer(row.user),
      timestamp: seconds(row) * 1000 + 923,
      helpful_vote: 0,
      verified_purchase: row.at % 2 === 0,
    });
    const meta = (i: number): object => ({
      main_category: i % 2 ? 'All Beauty' : 'Premium Beauty',
      title: `Thing ${i}`,
      average_rating: 4.8,
      rating_number: 10,
      features: [],
      price: null,
      images: [{ thumb: 'x' }],
      store: 'S',
      categories: [],
      details: { Brand: 'B' },
      parent_asin: asin(i),
    });
    const stored = await open([
      named('All_Beauty.jsonl', records(ROWS, review)),
      named('meta_All_Beauty.jsonl', records(items, meta)),
    ]);
    expectStored(stored, {
      user: reviewer,
      item: asin,
      rating,
      time: 'order',
      split: 'drawn',
      name: (i) => `Thing ${i}`,
    });
  });

  it('Amazon 2023: 5-core, last out, with the history of each row', async () => {
    const part = (split: 0 | 1 | 2, name: string) =>
      named(
        `5core/last_out_w_his/Baby_Products.${name}.csv`,
        lines(
          ofSplit(split),
          (row) => [
            reviewer(row.user),
            asin(row.item),
            row.rating.toFixed(1),
            seconds(row) * 1000,
            ROWS.filter((one) => one.user === row.user && one.at < row.at)
              .map((one) => asin(one.item))
              .join(' '),
          ],
          ',',
          'user_id,parent_asin,rating,timestamp,history',
        ),
      );
    const stored = await open([part(0, 'train'), part(1, 'valid'), part(2, 'test')]);
    const inOrder = [...ofSplit(0), ...ofSplit(1), ...ofSplit(2)].sort((a, b) => a.at - b.at);
    expect(inOrder).toEqual(ROWS);
    expectStored(stored, { user: reviewer, item: asin, rating, time: 'order', split: 'files' });
  });

  it('Amazon 2014: image features in the binary layout of McAuley', async () => {
    const ratings = lines(
      ROWS,
      (row) => [reviewer(row.user), asin(row.item), row.rating, seconds(row)],
      ',',
      'user,item,rating,timestamp',
    );
    const binary = new Uint8Array(
      items.flatMap((i) => [...text(asin(i)), ...new Uint8Array(Float32Array.of(i, 1, 2, 3).buffer)]),
    );
    const files = [named('ratings.csv', ratings), named('image_features_Baby.b', binary)];
    // It promises features, and cannot be read: nobody may train without them unasked.
    expect(await question(files)).toContain('image_features_Baby.b');
    expectStored(await openSuggested(files), { user: reviewer, item: asin, rating, time: 'order', split: 'drawn' });
  });

  it('Steam: reviews as lines that Python printed', async () => {
    const line = (row: Row): string =>
      python({
        username: `player${row.user}`,
        hours: row.at / 10,
        products: 41,
        product_id: String(725_280 + row.item * 10),
        page_order: 0,
        date: new Date(seconds(row) * 1000 + row.at * 86_400_000).toISOString().slice(0, 10),
        text: 'Fun, says I',
        early_access: false,
        page: 1,
      })
        .replaceAll(/'(\w+)':/g, "u'$1':")
        .replaceAll(/: '/g, ": u'") + '\n';
    const stored = await openSuggested([named('steam_reviews.json.gz', gzipped(text(ROWS.map(line).join(''))))]);
    expectStored(stored, {
      user: (u) => `player${u}`,
      item: (i) => String(725_280 + i * 10),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
  });

  it('Steam: the games of each user in one line', async () => {
    const file = named(
      'australian_users_items.json',
      users
        .map((u) =>
          python({
            user_id: `7656119797076${u}`,
            items_count: ROWS.filter((row) => row.user === u).length,
            steam_id: `7656119797076${u}`,
            user_url: `http://example.org/${u}`,
            items: ROWS.filter((row) => row.user === u).map((row) => ({
              item_id: String(row.item * 10),
              item_name: `Game ${row.item}`,
              playtime_forever: row.at,
              playtime_2weeks: 0,
            })),
          }),
        )
        .join('\n'),
    );
    // Nested lists are not read; the number of games is no game.
    expect(await refusal([file])).toMatch(/None of these files holds interactions: australian_users_items\.json/);
  });
});
