import { beforeAll, describe, expect, it } from 'vitest';
import { caseFiles, drop, hasCases, opened, refused, type Stored } from './drop';

/** The pairs that every case is made of, read here by hand from the plainest of them. */
interface Pair {
  readonly user: number;
  readonly item: number;
  readonly split: number;
}
let pairs: Pair[] = [];

const same = (id: number): string => String(id);
const from1 = (id: number): string => String(id + 1);
const asin = (item: number): string => `B0${String(7919 * (item + 3)).padStart(8, '0')}`;

/** The pairs under the ids of a case; with the split where the files have one. */
const rowsOf = (user: (id: number) => string, item: (id: number) => string, list: readonly Pair[] = pairs): string[] =>
  list.map((pair) => `${user(pair.user)} ${item(pair.item)} ${pair.split}`);

/** In another order than the file's when parts are read one after the other. */
const sorted = (rows: readonly string[]): string[] => [...rows].sort();
const withoutSplit = (rows: readonly string[]): string[] => rows.map((row) => row.slice(0, row.lastIndexOf(' ')));

/** Every pair under these ids; the split was drawn, a sixth each for validation and test. */
function expectPairs(stored: Stored, user: (id: number) => string, item: (id: number) => string): void {
  expect(withoutSplit(stored.rows)).toEqual(withoutSplit(rowsOf(user, item)));
  const { splits } = stored.document.statistics;
  expect([splits.train.interactions, splits.valid.interactions, splits.test.interactions]).toEqual([48, 12, 12]);
}

/** Every pair in the split of the files. */
function expectSplit(stored: Stored, user: (id: number) => string, item: (id: number) => string): void {
  expect(sorted(stored.rows)).toEqual(sorted(rowsOf(user, item)));
  expect(stored.document.split.rule).toBe('provided');
}

/** The feature's first value is the item's number from 1. */
function expectFeature(stored: Stored, key: string, item: (id: number) => string): void {
  expect(stored.features[key]).toEqual(Object.fromEntries(Array.from({ length: 10 }, (_, id) => [item(id), id + 1])));
}

describe.skipIf(!hasCases)('folders as people have them', () => {
  beforeAll(async () => {
    const inter = caseFiles('B36-reviews-beside').find(({ path }) => path.endsWith('baby.inter'))!;
    const lines = (await inter.file.text()).trim().split('\n').slice(1);
    pairs = lines.map((line) => {
      const [user, item, split] = line.split('\t').map(Number);
      return { user: user!, item: item!, split: split! };
    });
    expect(pairs).toHaveLength(72);
  });

  it('B01: ids from 1 beside a matrix are asked about, and shift no feature', async () => {
    const stored = await opened(caseFiles('B01-one-based-hidden'));
    expect(stored.asked.join()).toMatch(/item ids run from 1 to 9.*start at 1/);
    expect(withoutSplit(stored.rows)).toEqual(
      withoutSplit(
        rowsOf(
          from1,
          from1,
          pairs.filter(({ item }) => item < 9),
        ),
      ),
    );
    expectFeature(stored, 'image', from1);
  });

  it('B03: ids that are both indices and originals are asked about; either answer is followed', async () => {
    const files = caseFiles('B03-mapping-ambiguous');
    const asIndex = await opened(files);
    expect(asIndex.asked.join()).toMatch(/original ids as well as among its indices/);
    const mapping = files.find(({ path }) => path.endsWith('i_id_mapping.csv'))!;
    const lines = (await mapping.file.text()).trim().split('\n').slice(1);
    const index = new Map(lines.map((line) => line.split('\t').map(Number)).map(([of, to]) => [of!, to!]));
    const original = new Map([...index].map(([of, to]) => [to, of]));
    expect(asIndex.rows).toEqual(rowsOf(same, (item) => String(original.get(item))));
    const asOriginal = await opened(files, (reading) => ({ ...reading, ids: { item: 'original' } }));
    expect(asOriginal.rows).toEqual(rowsOf(same, same));
    // Feature rows are counted by the index of the mapping.
    expect(asOriginal.features['image']).toEqual(
      Object.fromEntries([...index].map(([of, to]) => [String(of), to + 1])),
    );
  });

  it('B04: two mappings that contradict each other are an error', () =>
    refused(caseFiles('B04-two-mappings'), /i_id_mapping\.csv.*i_id_mapping\.tsv/, /Drop only the one/));

  it('B05: a modality that cannot be read is asked about, never left out in silence', async () => {
    const { asked, error } = await drop(caseFiles('B05-mixed-formats'));
    expect(`${asked.join()} ${error?.message ?? ''}`).toMatch(/text_feat\.pt/);
  });

  it('B06: sparse user ids beside item features are twelve users', async () => {
    const stored = await opened(caseFiles('B06-sparse-users'));
    expect(stored.document.statistics.users).toBe(12);
    expectPairs(stored, (user) => String(2 * user), same);
    expectFeature(stored, 'image', same);
  });

  it('B08: hex ids are names, 12345e67 too', async () => {
    const stored = await opened(caseFiles('B08-hex-ids'));
    const user = (id: number): string => (id === 4 ? '12345e67' : (0xabcdef01 + 997 * id).toString(16));
    expectPairs(stored, user, same);
  });

  it('B14: decimal commas, B15: a trailing separator, B18: a title that begins with a quote', async () => {
    for (const name of ['B14-decimal-comma', 'B15-trailing-tab', 'B18-quote-in-tsv']) {
      const stored = await opened(caseFiles(name));
      expectPairs(stored, same, same);
      expect(stored.ratings).toEqual(pairs.map((_, k) => 1 + (k % 5)));
    }
    expect(
      (await drop(caseFiles('B14-decimal-comma'))).problems.some(({ message }) => /decimal comma/.test(message)),
    ).toBe(true);
  });

  it('B20b: dates without a zone mean the same everywhere', async () => {
    const zone = process.env['TZ'];
    const found = [];
    try {
      for (process.env['TZ'] of ['UTC', 'America/New_York', 'Europe/Berlin'])
        found.push(await opened(caseFiles('B20b-dates-local')));
    } finally {
      process.env['TZ'] = zone;
    }
    expect(found[0]!.times).toEqual(pairs.map((_, k) => Date.UTC(2014, 2, 30, k % 9, 30)));
    expect(new Set(found.map(({ document }) => document.fingerprint)).size).toBe(1);
  });

  it('B22: without validation rows, one is drawn on request and said', async () => {
    const { asked, stored, problems } = await drop(caseFiles('B22-no-validation'));
    expect(asked.join()).toMatch(/no validation rows/);
    const { splits } = stored!.document.statistics;
    expect([splits.train.interactions, splits.valid.interactions, splits.test.interactions]).toEqual([36, 12, 24]);
    const test = pairs.filter((_, k) => k % 6 >= 4).map(({ user, item }) => `${user} ${item} 2`);
    expect(stored!.rows.filter((row) => row.endsWith(' 2'))).toEqual(test);
    expect(problems.map(({ severity, message }) => `${severity} ${message}`).join()).toMatch(
      /warning .*drawn from training/,
    );
  });

  it('B28: repeated headers are dropped and counted; B29: a blank first line is skipped', async () => {
    const { stored, problems } = await drop(caseFiles('B28-repeated-header'));
    expect(sorted(withoutSplit(stored!.rows))).toEqual(sorted(withoutSplit(rowsOf(same, same))));
    expect(stored!.document.statistics).toMatchObject({ users: 12, items: 10 });
    expect(problems.some(({ severity, message }) => severity === 'warning' && /2 lines .* repeat/.test(message))).toBe(
      true,
    );
    expectPairs(await opened(caseFiles('B29-first-line-blank')), same, same);
  });

  it('B31: rows shown but not clicked are asked about; either answer is followed', async () => {
    const files = caseFiles('B31-negatives');
    const all = await opened(files, (reading) => ({
      ...reading,
      files: Object.fromEntries(
        Object.entries(reading.files).map(([path, { role, columns, header }]) => [
          path,
          { role: role!, columns: { user: columns!.user!, item: columns!.item! }, header: header! },
        ]),
      ),
    }));
    expect(all.asked.join()).toMatch(/rows with 0 are perhaps no interactions/);
    expectPairs(all, same, same);
    const clicked = await opened(files, undefined, { splitRule: 'globalRandom' });
    expect(withoutSplit(clicked.rows)).toEqual(
      withoutSplit(
        rowsOf(
          same,
          same,
          pairs.filter((_, k) => k % 3 === 0),
        ),
      ),
    );
  });

  it('B32b: two ratings are asked about; either answer is followed', async () => {
    const files = caseFiles('B32b-two-ratings');
    const stored = await opened(files);
    expect(stored.asked.join()).toMatch(/“rating” and “score”/);
    expect(stored.ratings).toEqual(pairs.map((_, k) => 1 + (k % 5)));
    const other = await opened(files, (reading) => ({
      ...reading,
      files: Object.fromEntries(
        Object.entries(reading.files).map(([path, file]) => [
          path,
          { ...file, columns: { ...file.columns, rating: 'score' } },
        ]),
      ),
    }));
    expect(other.ratings).toEqual(pairs.map((_, k) => Math.fround(Number((0.01 * k).toPrecision(12)))));
  });

  it('B36: reviews beside the interactions are said, not read', async () => {
    const { stored, problems } = await drop(caseFiles('B36-reviews-beside'));
    expectSplit(stored!, same, same);
    expectFeature(stored!, 'image', same);
    expect(problems.some(({ severity, message }) => severity === 'warning' && message.includes('reviews.csv'))).toBe(
      true,
    );
  });

  it('B56, H15: a split under another name or in words is the split', async () => {
    expectSplit(await opened(caseFiles('B56-split-by-other-name')), same, same);
    expectSplit(await opened(caseFiles('H15-splitwords')), same, same);
  });

  it('B59: a time called ts orders', async () => {
    const stored = await opened(caseFiles('B59-time-by-other-name'), undefined, { splitRule: 'leaveOneOut' });
    expect(stored.times).toEqual(pairs.map((_, k) => 1390000000 + k));
    const last = pairs.map((_, k) => (k % 6 === 5 ? 2 : k % 6 === 4 ? 1 : 0));
    expect(stored.rows.map((row) => Number(row.slice(-1)))).toEqual(last);
  });

  it('B67: ratings.csv.gz beside an archive of pictures', async () => {
    const stored = await opened(caseFiles('B67-csv-gz'));
    expectPairs(stored, same, same);
    expect(stored.ratings).toEqual(pairs.map((_, k) => 1 + (k % 5)));
  });

  it('H01–H07: the headers of the field', async () => {
    const hex = (user: number): string => (user + 1).toString(16).padStart(64, '0');
    const found: readonly (readonly [string, (id: number) => string, (id: number) => string])[] = [
      ['H01-hm', hex, (item) => String(108775015 + item).padStart(10, '0')],
      ['H02-retailrocket', (user) => String(257597 + user), (item) => String(355908 + item)],
      ['H03-lastfm', (user) => String(user + 2), (item) => String(item + 51)],
      ['H04-bookcrossing', (user) => String(276725 + user), (item) => `0${String(34545104 + item).padStart(9, '0')}X`],
      ['H05-foursquare', same, (item) => `49bbd${item}`],
      ['H06-kuairec', same, same],
      ['H07-goodreads', same, (item) => String(900 + item)],
    ];
    const all = new Map<string, Stored>();
    for (const [name, user, item] of found) {
      const stored = await opened(caseFiles(name));
      expectPairs(stored, user, item);
      all.set(name, stored);
    }
    expect(all.get('H01-hm')!.times).toEqual(pairs.map((_, k) => Date.UTC(2018, 8, 1 + (k % 28))));
    expect(all.get('H03-lastfm')!.ratings).toEqual(pairs.map((_, k) => 100 + k));
    expect(all.get('H04-bookcrossing')!.ratings).toEqual(pairs.map((_, k) => k % 11));
    expect(all.get('H06-kuairec')!.times).toEqual(pairs.map((_, k) => 1593878903.438 + k));
    expect(all.get('H07-goodreads')!.ratings).toEqual(pairs.map((_, k) => k % 6));
  });

  it('L06, L36: files named after splits', async () => {
    const recbole = await opened(caseFiles('L06-recbole-presplit'));
    expectSplit(recbole, same, same);
    expectFeature(recbole, 'image', same);
    expect([...recbole.times!].sort()).toEqual(pairs.map((_, k) => 1390000000 + k));
    const rechorus = await opened(caseFiles('L36-rechorus'));
    expectSplit(rechorus, from1, from1);
    expect(rechorus.categories?.[rechorus.items.indexOf('5')]).toBe('1');
  });

  it('L07: sequences are read as lists, and said', async () => {
    const { stored, problems } = await drop(caseFiles('L07-recbole-sequence'));
    expect(sorted(withoutSplit(stored!.rows))).toEqual(sorted(withoutSplit(rowsOf(same, same))));
    expect(problems.some(({ severity, message }) => severity === 'warning' && /sequences/.test(message))).toBe(true);
  });

  it('L08, L11: dictionaries of users and their items', async () => {
    const lattice = await opened(caseFiles('L08-lattice'));
    expectSplit(lattice, (user) => `A${user}`, asin);
    expectFeature(lattice, 'image', asin);
    expectFeature(lattice, 'text', asin);
    const llmrec = await opened(caseFiles('L11-llmrec'));
    expectSplit(llmrec, same, same);
    expectFeature(llmrec, 'text', same);
    expect(llmrec.asked.join()).toMatch(/augmented_user_init_embedding/);
  });

  it('L10, L17: pickles and object arrays are named with what to do', async () => {
    await refused(caseFiles('L10-diffmm'), /trnMat\.pkl is a Python pickle/, /save_npz|CSV/);
    await refused(caseFiles('L17-mmgcn'), /val_full\.npy holds Python objects/, /pandas\.DataFrame/);
  });

  it('L12: lists of items, validation drawn from training', async () => {
    const { stored, problems } = await drop(caseFiles('L12-ngcf'));
    const rows = pairs.map(({ user, item, split }) => `A${user} ${asin(item)} ${split === 2 ? 2 : 0}`);
    expect(sorted(stored!.rows.map((row) => row.replace(/ 1$/, ' 0')))).toEqual(sorted(rows));
    expect(stored!.document.statistics.splits.valid.interactions).toBe(12);
    expect(
      problems.some(({ severity, message }) => severity === 'warning' && /drawn from training/.test(message)),
    ).toBe(true);
  });

  it('L14, L14b: a folder of one vector per item becomes one matrix by id', async () => {
    const elliot = await opened(caseFiles('L14-elliot-ducho'));
    expectSplit(elliot, (user) => `A${user}X`, asin);
    expectFeature(elliot, 'visual', asin);
    expectFeature(elliot, 'textual', asin);
    const ducho = await opened(caseFiles('L14b-ducho-2000'));
    const { items } = ducho.document.statistics;
    expect(Object.keys(ducho.features['visual']!)).toHaveLength(items);
    const numbers = new Map(Array.from({ length: 2000 }, (_, item) => [asin(item), item]));
    for (const [item, value] of Object.entries(ducho.features['visual']!))
      expect(value).toBe((numbers.get(item)! % 4) + 1);
  });

  it('L16b: ids from 1 with as many rows are asked about; L16c: videoID is an item', async () => {
    const features = await opened(caseFiles('L16b-microlens-features'));
    expect(features.asked.join()).toMatch(/start at 1/);
    expectPairs(features, from1, from1);
    expectFeature(features, 'image', from1);
    const plain = await opened(caseFiles('L16c-microlens-videoid'));
    expectPairs(plain, from1, from1);
    expect(plain.times).toEqual(pairs.map((_, k) => 1583378629552 + 60000 * k));
  });

  it('L20, L31: JSON lines', async () => {
    const amazon = await opened(caseFiles('L20-amazon2014-json'));
    expectPairs(amazon, (user) => `A${user}X`, asin);
    expect(amazon.ratings).toEqual(pairs.map((_, k) => 1 + (k % 5)));
    expect(amazon.times).toEqual(pairs.map((_, k) => 1390000000 + 86400 * k));
    expectPairs(
      await opened(caseFiles('L31-jsonl')),
      (user) => `u${user}`,
      (item) => `i${item}`,
    );
  });

  it('L23, L25: MovieLens, old and new', async () => {
    const old = await opened(caseFiles('L23-ml1m'));
    expectPairs(old, from1, from1);
    expect(old.ratings).toEqual(pairs.map((_, k) => 1 + (k % 5)));
    expect(old.times).toEqual(pairs.map((_, k) => 978300760 + k));
    const latest = await opened(caseFiles('L25-ml-latest'));
    expectPairs(latest, from1, from1);
    expect(latest.ratings).toEqual(pairs.map((_, k) => 0.5 + (k % 5)));
    expect(latest.names?.[latest.items.indexOf('3')]).toBe('Film, The (1992)');
    expect(latest.categories?.[0]).toBe('Comedy');
  });

  it('L27–L30: stand-ins of other containers are read or named, never passed over', async () => {
    const names = ['L27-features-pt', 'L28-features-hdf5', 'L30-parquet'];
    for (const name of names) {
      const { stored, asked, problems } = await drop(caseFiles(name));
      expect(stored?.document.features ?? []).toEqual([]);
      expect(`${asked.join()} ${problems.map(({ message }) => message).join()}`).toMatch(/image_feat\.(pt|h5|parquet)/);
    }
    const safetensors = await opened(caseFiles('L29-features-safetensors'));
    expectFeature(safetensors, 'image', same);
  });

  it('L34: features as CSV, with and without ids and header', async () => {
    const stored = await opened(caseFiles('L34-features-csv'));
    expectSplit(stored, same, same);
    expectFeature(stored, 'image', same);
    expectFeature(stored, 'text', same);
  });

  it('S1: MicroLens opens under its ids, with titles', async () => {
    const stored = await opened(caseFiles('S1-headless-ids'));
    expectPairs(stored, from1, from1);
    expect(stored.names?.[stored.items.indexOf('4')]).toBe('A clip, no. 3');
  });

  it('S6: thousands of files make a handful of findings', async () => {
    const { stored, problems } = await drop(caseFiles('S6-flood'));
    expect(problems.length).toBeLessThan(10);
    expect(stored!.document.problems.length).toBeLessThan(10);
    expect(stored!.document.features[0]?.key).toBe('vis');
    expect(JSON.stringify(stored!.document.source).length).toBeLessThan(5000);
  });
});
