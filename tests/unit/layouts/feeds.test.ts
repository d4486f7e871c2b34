import { describe, expect, it } from 'vitest';
import { named } from '../../helpers/dataRoom';
import {
  expectStored,
  ITEMS,
  lines,
  open,
  openSuggested,
  question,
  records,
  refusal,
  ROWS,
  seconds,
  USERS,
  type Row,
} from './world';

const users = Array.from({ length: USERS }, (_, user) => user);
const items = Array.from({ length: ITEMS }, (_, item) => item);
const iso = (row: Row): string => new Date(seconds(row) * 1000).toISOString();
const day = (row: Row): string => iso(row).slice(0, 10);
/** What was shown and not taken: pairs that the world does not have. */
const shown = users.flatMap((user) =>
  items.flatMap((item) => {
    const known = ROWS.some((row) => row.user === user && row.item === item);
    return known || (user + item) % 3 > 0 ? [] : [{ user, item, rating: 1, at: user + 2, split: 0 as const }];
  }),
);
const withShown = [...ROWS.map((row) => ({ row, taken: 1 })), ...shown.map((row) => ({ row, taken: 0 }))].sort(
  (a, b) => ((a.row.at * 7) % 72) - ((b.row.at * 7) % 72),
);

describe('logs of feeds and news', () => {
  it('Tenrec: exposures with 0 for not clicked', async () => {
    const file = named(
      'QK-video.csv',
      lines(
        withShown,
        ({ row, taken }) => [row.user + 1, row.item + 11_863, taken, 0, row.at % 2, 0, 0, 1, 1, 4],
        ',',
        'user_id,item_id,click,follow,like,share,video_category,watching_times,gender,age',
      ),
    );
    expectStored(await openSuggested([file]), {
      user: (u) => String(u + 1),
      item: (i) => String(i + 11_863),
      rating: null,
      time: null,
      split: 'drawn',
    });
  });

  it('KuaiRand: two periods and a random log, clicks as 0 and 1, times in milliseconds', async () => {
    const header =
      'user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,long_view,play_time_ms,duration_ms,tab';
    const log = (rows: typeof withShown): string =>
      lines(
        rows,
        ({ row, taken }) => [
          row.user,
          row.item + 2_377,
          day(row).replaceAll('-', ''),
          900,
          seconds(row) * 1000 + 7,
          taken,
          0,
          0,
          1,
          0,
          58_000 + row.at,
          1,
        ],
        ',',
        header,
      );
    const early = 'KuaiRand-Pure/data/log_standard_4_08_to_4_21_pure.csv';
    const late = 'KuaiRand-Pure/data/log_standard_4_22_to_5_08_pure.csv';
    const random = 'KuaiRand-Pure/data/log_random_4_22_to_5_08_pure.csv';
    const files = [
      named(random, log(withShown.slice(0, 30))),
      named(early, log(withShown.filter(({ row }) => row.at < 40))),
      named(late, log(withShown.filter(({ row }) => row.at >= 40))),
      named(
        'KuaiRand-Pure/data/user_features_pure.csv',
        lines(
          users,
          (u) => [u, 'full_active', 0, '(0,10]'],
          ',',
          'user_id,user_active_degree,is_lowactive_period,follow_user_num_range',
        ),
      ),
      named(
        'KuaiRand-Pure/data/video_features_basic_pure.csv',
        lines(
          items,
          (i) => [i + 2_377, 9, 'NORMAL', '2022-04-09', 10],
          ',',
          'video_id,author_id,video_type,upload_dt,video_duration',
        ),
      ),
    ];
    expect(await question(files)).toContain('log_');
    const role = {
      role: 'interactions',
      positives: ['1'],
      columns: { user: 'user_id', item: 'video_id', timestamp: 'time_ms', positive: 'is_click' },
    } as const;
    const stored = await open(files, { files: { [early]: role, [late]: role, [random]: { role: 'unused' } } });
    expectStored(stored, { user: String, item: (i) => String(i + 2_377), rating: null, time: 'order', split: 'drawn' });
  });

  it('KuaiRand: one log; the time in milliseconds is taken, not the day', async () => {
    const header = 'user_id,video_id,date,hourmin,time_ms,is_click,is_like,long_view';
    const file = named(
      'log_standard_4_08_to_4_21_pure.csv',
      lines(
        withShown,
        ({ row, taken }) => [
          row.user,
          row.item + 2_377,
          day(row).replaceAll('-', ''),
          900,
          seconds(row) * 1000 + 7,
          taken,
          0,
          1,
        ],
        ',',
        header,
      ),
    );
    expectStored(await openSuggested([file]), {
      user: String,
      item: (i) => String(i + 2_377),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
  });

  it('KuaiRec: the whole folder', async () => {
    const header = 'user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio';
    const cells = (row: Row): readonly (string | number)[] => [
      row.user,
      row.item + 148,
      4_381,
      6_067,
      iso(row).replace('T', ' ').slice(0, 23),
      day(row).replaceAll('-', ''),
      `${seconds(row)}.068`,
      0.722103,
    ];
    const folder = 'KuaiRec 2.0/data/';
    const files = [
      named(`${folder}big_matrix.csv`, lines(ROWS, cells, ',', header)),
      named(
        `${folder}item_categories.csv`,
        lines(items, (i) => [i + 148, '"[27, 9]"'], ',', 'video_id,feat'),
      ),
      named(
        `${folder}item_daily_features.csv`,
        lines(
          items,
          (i) => [i + 148, 20_200_705, 3309, 'NORMAL', 100],
          ',',
          'video_id,date,author_id,video_type,show_cnt',
        ),
      ),
      named(
        `${folder}kuairec_caption_category.csv`,
        lines(
          items,
          (i) => [i + 148, `Caption ${i}`, '[x]', 8],
          ',',
          'video_id,caption,topic_tag,first_level_category_id',
        ),
      ),
      named(`${folder}small_matrix.csv`, lines(ROWS.slice(0, 30), cells, ',', header)),
      named(
        `${folder}social_network.csv`,
        lines(users.slice(0, 3), (u) => [u, `"[${u + 1}]"`], ',', 'user_id,friend_list'),
      ),
      named(
        `${folder}user_features.csv`,
        lines(users, (u) => [u, 'full_active', 0], ',', 'user_id,user_active_degree,is_lowactive_period'),
      ),
    ];
    expect(await question(files)).toMatch(/big_matrix\.csv.*small_matrix\.csv/);
    const stored = await openSuggested(files);
    expectStored(stored, {
      user: String,
      item: (i) => String(i + 148),
      rating: null,
      time: 'order',
      split: 'drawn',
      name: (i) => `Caption ${i}`,
    });
  });

  it('Adressa: JSON lines of page views', async () => {
    const user = (u: number): string => `cx:i8i85z793m9j4yy0:${u}`;
    const item = (i: number): string => `c9a5d6e5b1f8d9c5c4e0d4dfd5f8a0a${i}`;
    const file = named(
      'one_week/20170101',
      records(ROWS, (row) => ({
        eventId: row.at + 12_814_258,
        city: row.user % 3 ? 'oslo' : 'trondheim',
        activeTime: 20 + row.at,
        url: 'http://adressa.no',
        title: `Nyhet ${row.item}`,
        userId: user(row.user),
        sessionStart: false,
        id: item(row.item),
        time: seconds(row),
      })),
    );
    expect(await question([file])).toContain('20170101');
    const stored = await open([file], {
      files: { '20170101': { role: 'interactions', columns: { user: 'userId', item: 'id', timestamp: 'time' } } },
    });
    expectStored(stored, { user, item, rating: null, time: 'order', split: 'drawn' });
  });

  it('Globo: a folder of clicks by the hour, put together when that is said', async () => {
    const header = 'user_id,session_id,session_start,session_size,click_article_id,click_timestamp,click_environment';
    const part = (hour: number): string =>
      lines(
        ROWS.filter((row) => row.at % 3 === hour),
        (row) => [row.user, 15_068_250_000 + row.at, 1_506_825_423_271, 2, row.item + 119_592, seconds(row) * 1000, 4],
        ',',
        header,
      );
    const paths = [0, 1, 2].map((hour) => `clicks/clicks_hour_00${hour}.csv`);
    const files = paths.map((path, hour) => named(path, part(hour)));
    expect(await question(files)).toContain('clicks_hour_000.csv');
    const role = {
      role: 'interactions',
      columns: { user: 'user_id', item: 'click_article_id', timestamp: 'click_timestamp' },
    } as const;
    const stored = await open(files, { files: Object.fromEntries(paths.map((path) => [path, role])) });
    expectStored(stored, {
      user: String,
      item: (i) => String(i + 119_592),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
  });

  it('Criteo attribution: a log without an item column is asked about, not guessed', async () => {
    const file = named(
      'criteo_attribution_dataset.tsv',
      lines(
        ROWS,
        (row) => [
          row.at * 300,
          20_073_966 + row.user,
          22_589_171 + row.item,
          row.at % 4 ? 0 : 1,
          -1,
          0,
          0.00001,
          5_824_233,
        ],
        '\t',
        'timestamp\tuid\tcampaign\tconversion\tconversion_timestamp\tclick\tcost\tcat1',
      ),
    );
    expect(await question([file])).toContain('criteo_attribution_dataset.tsv');
    const stored = await open([file], {
      files: {
        'criteo_attribution_dataset.tsv': {
          role: 'interactions',
          columns: { user: 'uid', item: 'campaign', timestamp: 'timestamp' },
        },
      },
    });
    expectStored(stored, {
      user: (u) => String(20_073_966 + u),
      item: (i) => String(22_589_171 + i),
      rating: null,
      time: 'order',
      split: 'drawn',
    });
  });

  it('OTTO: the events of a session in one line', async () => {
    const file = named(
      'otto-recsys-train.jsonl',
      records(users, (u) => ({
        session: u + 12_899_779,
        events: ROWS.filter((row) => row.user === u).map((row) => ({
          aid: row.item + 59_625,
          ts: seconds(row) * 1000,
          type: 'clicks',
        })),
      })),
    );
    expect(await refusal([file])).toContain('otto-recsys-train.jsonl');
  });
});
