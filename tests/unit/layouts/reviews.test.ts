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
  records,
  ROWS,
  seconds,
  USERS,
  type Row,
} from './world';

const items = Array.from({ length: ITEMS }, (_, item) => item);
const users = Array.from({ length: USERS }, (_, user) => user);
const rating = (row: Row): number => row.rating;

describe('reviews of books, films and recipes', () => {
  it('Goodreads: interactions with dates as Unix prints them', async () => {
    const date = (row: Row): string => {
      const parts = new Date((seconds(row) - 7 * 3600) * 1000)
        .toUTCString()
        .match(/(\w+), (\d+) (\w+) (\d+) ([\d:]+)/)!;
      return `${parts[1]} ${parts[3]} ${parts[2]} ${parts[5]} -0700 ${parts[4]}`;
    };
    const user = (u: number): string => `8842281e1d1347389f2ab93d60773d4${u.toString(16)}`;
    const item = (i: number): string => String(18_245_960 + i);
    const interactions = records(ROWS, (row) => ({
      user_id: user(row.user),
      book_id: item(row.item),
      review_id: `r${row.at}`,
      is_read: row.at % 3 > 0,
      rating: row.rating,
      review_text_incomplete: '',
      date_added: date(row),
      date_updated: date(row),
      read_at: '',
      started_at: '',
    }));
    const books = records(items, (i) => ({
      isbn: '',
      book_id: item(i),
      title: `Book ${i}`,
      authors: [{ author_id: '6' }],
    }));
    const stored = await open([
      named('goodreads_books_poetry.json.gz', gzipped(text(books))),
      named('goodreads_interactions_poetry.json.gz', gzipped(text(interactions))),
    ]);
    expectStored(stored, { user, item, rating, time: 'order', split: 'drawn', name: (i) => `Book ${i}` });
    expect(stored.warnings.join()).toContain('is_read');
  });

  it('BookCrossing: quoted, separated by semicolons, books in Latin-1', async () => {
    const user = (u: number): string => String(276_725 + u);
    const item = (i: number): string => `0${34_545_104 + i}X`;
    const zero = (row: Row): number => (row.at % 2 ? 0 : row.rating * 2);
    const quoted = (cells: readonly (string | number)[]): string => cells.map((cell) => `"${cell}"`).join(';');
    const latin = Uint8Array.from(
      [
        quoted(['ISBN', 'Book-Title', 'Book-Author']),
        ...items.map((i) => quoted([item(i), `Caf\u00e9 ${i}`, 'A'])),
      ].join('\r\n'),
      (sign) => sign.charCodeAt(0),
    );
    const stored = await open([
      named(
        'BX-CSV-Dump/BX-Book-Ratings.csv',
        [
          quoted(['User-ID', 'ISBN', 'Book-Rating']),
          ...ROWS.map((row) => quoted([user(row.user), item(row.item), zero(row)])),
        ].join('\r\n'),
      ),
      named('BX-CSV-Dump/BX-Books.csv', latin),
      named(
        'BX-CSV-Dump/BX-Users.csv',
        [quoted(['User-ID', 'Location', 'Age']), ...users.map((u) => quoted([user(u), 'nyc, usa', 18]))].join('\r\n'),
      ),
    ]);
    expectStored(stored, { user, item, rating: zero, time: null, split: 'drawn' });
    expect(stored.warnings.join()).toContain('BX-Books.csv');
  });

  it('Anime: −1 for watched, but not rated', async () => {
    const unrated = (row: Row): number => (row.at % 4 === 0 ? -1 : row.rating * 2);
    const files = [
      named(
        'anime.csv',
        lines(
          items,
          (i) => [i + 20, `"Title, ${i}"`, '"Action, Drama"', 'TV', 12, 7.5, 1000],
          ',',
          'anime_id,name,genre,type,episodes,rating,members',
        ),
      ),
      named(
        'rating.csv',
        lines(ROWS, (row) => [row.user + 1, row.item + 20, unrated(row)], ',', 'user_id,anime_id,rating'),
      ),
    ];
    const stored = await open(files);
    expectStored(stored, {
      user: (u) => String(u + 1),
      item: (i) => String(i + 20),
      rating: unrated,
      time: null,
      split: 'drawn',
      name: (i) => `Title, ${i}`,
    });
    // A mark that is no rating must not pass for the lowest one unsaid.
    expect(stored.warnings.join()).toContain('-1');
  });

  it('Food.com: raw interactions beside their three parts', async () => {
    const header = 'user_id,recipe_id,date,rating,u,i';
    const day = (row: Row): string => new Date(Date.UTC(2005, 0, 1 + row.at)).toISOString().slice(0, 10);
    const cells = (row: Row): readonly (string | number)[] => [
      row.user + 2046,
      row.item + 4684,
      day(row),
      row.rating.toFixed(1),
      row.user,
      row.item,
    ];
    const stored = await open([
      named(
        'PP_recipes.csv',
        lines(items, (i) => [i + 4684, i, '"[40480, 37229]"', '"[0, 1]"'], ',', 'id,i,name_tokens,techniques'),
      ),
      named(
        'PP_users.csv',
        lines(
          users,
          (u) => [u, '"[0, 1]"', '"[1, 2]"', 6, '"[5.0]"', 6],
          ',',
          'u,techniques,items,n_items,ratings,n_ratings',
        ),
      ),
      named(
        'RAW_interactions.csv',
        lines(
          ROWS,
          (row) => [row.user + 2046, row.item + 4684, day(row), row.rating, '"nice, thanks"'],
          ',',
          'user_id,recipe_id,date,rating,review',
        ),
      ),
      named('interactions_train.csv', lines(ofSplit(0), cells, ',', header)),
      named('interactions_validation.csv', lines(ofSplit(1), cells, ',', header)),
      named('interactions_test.csv', lines(ofSplit(2), cells, ',', header)),
    ]);
    expectStored(stored, {
      user: (u) => String(u + 2046),
      item: (i) => String(i + 4684),
      rating,
      time: 'order',
      split: 'files',
    });
    expect(stored.warnings.join()).toContain('RAW_interactions.csv');
  });

  it('Behance: blanks between user, item and time, no header, features in a binary file', async () => {
    const user = (u: number): string => String(1_238_354 + u);
    const item = (i: number): string => String(17_387_203 + i * 3);
    const files = [
      named(
        'Behance_appreciate_1M',
        lines(ROWS, (row) => [user(row.user), item(row.item), seconds(row)], ' '),
      ),
      named(
        'Behance_Image_Features.b',
        Uint8Array.from({ length: 400 }, (_, at) => at % 7),
      ),
    ];
    expectStored(await openSuggested(files), { user, item, rating: null, time: 'order', split: 'drawn' });
  });
});
