import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors';
import type { ReadingQuestions } from '../../src/domain/reading';
import {
  answersOf,
  draftOf,
  draftProblems,
  withFile,
  withHeader,
  withRole,
  withUse,
} from '../../src/features/datasets/readingDraft';
import { readingOfArguments } from '../../cli/readingArguments';
import { npy } from '../helpers/dataBuilders';
import { named, tryImport } from '../helpers/dataRoom';
import { decodeStudy, encodeStudy } from '../../src/sharing/link';
import { portableReading } from '../../src/domain/reading';

const pairs = Array.from({ length: 60 }, (_, k) => [Math.floor(k / 6), (k * 7) % 11] as const);
const table = (header: string, row: (user: number, item: number, k: number) => readonly (string | number)[]): string =>
  [header, ...pairs.map(([user, item], k) => row(user, item, k).join(','))].filter((line) => line !== '').join('\n');

type Answer = (questions: ReadingQuestions) => ReturnType<typeof answersOf>;

async function asked(files: Parameters<typeof tryImport>[0], answer: Answer) {
  const questions: ReadingQuestions[] = [];
  const outcome = await tryImport(files, {}, undefined, {
    ask: async (found) => {
      questions.push(found);
      return answer(found);
    },
  });
  return { ...outcome, questions };
}

describe('answers of the dialog and of the command line', () => {
  it('give the same dataset: another rating, by the header of its column', async () => {
    const files = [
      named(
        'd/a.csv',
        table('user_id,item_id,score,rating', (u, i, k) => [u, i, k % 7, 1 + (k % 5)]),
      ),
    ];
    const byPerson = await asked(files, (questions) => {
      const [file] = questions.files;
      const draft = draftOf(questions);
      const chosen = withUse(file!, draft.files[file!.path]!, 2, 'rating');
      return answersOf(withFile(draft, file!.path, chosen));
    });
    const reading = readingOfArguments({
      file: ['a.csv=interactions'],
      columns: ['a.csv:user=user_id,item=item_id,rating=score'],
    });
    const headless = await tryImport(files, { reading });
    expect(byPerson.document?.hasRatings).toBe(true);
    expect(headless.document?.fingerprint).toBe(byPerson.document?.fingerprint);
    const plain = await asked(files, (questions) => answersOf(draftOf(questions)));
    expect(plain.document?.fingerprint).not.toBe(byPerson.document?.fingerprint);
    // What is stored with the dataset reads the files the same way again.
    const { source } = byPerson.document!;
    expect(source.kind).toBe('files');
    const stored = source.kind === 'files' ? source.reading! : null;
    expect((await tryImport(files, { reading: stored! })).document?.fingerprint).toBe(byPerson.document?.fingerprint);
    const moved = [named('elsewhere/a.csv', await files[0]!.file.text())];
    const portable = portableReading(stored!);
    expect((await tryImport(moved, { reading: portable })).document?.fingerprint).toBe(byPerson.document?.fingerprint);
  });

  it('give the same dataset: no header, ids from 1, and a validation split', async () => {
    const files = [
      named('a.tsv', table('', (u, i, k) => [u + 1, i + 1, k % 6 === 5 ? 'test' : 'train']).replaceAll(',', '\t')),
      named('image_feat.npy', npy(11, 3)),
    ];
    const byPerson = await asked(files, (questions) => {
      const draft = draftOf(questions);
      const [file] = questions.files.filter(({ question }) => question !== null);
      if (!file) return answersOf(draft);
      return answersOf(withFile(draft, file.path, withUse(file, draft.files[file.path]!, 2, 'split')));
    });
    expect(byPerson.document?.split).toEqual({ rule: 'provided', seed: 999 });
    expect(byPerson.questions.map(({ ids, validation }) => [ids.item?.suggested, validation?.suggested])).toEqual([
      [undefined, undefined],
      ['from1', 'draw'],
    ]);
    const headless = await tryImport(files, {
      reading: readingOfArguments({
        file: ['a.tsv=interactions'],
        columns: ['a.tsv:user=#1,item=#2,split=#3'],
        'no-header': ['a.tsv'],
        ids: ['item=from1'],
        validation: 'draw',
      }),
    });
    expect(headless.document?.fingerprint).toBe(byPerson.document?.fingerprint);
  });

  it('give the same dataset: two files for the splits, under any names', async () => {
    const part = (of: (k: number) => boolean): string =>
      ['user,item', ...pairs.filter((_, k) => of(k)).map(([u, i]) => `${u},${i}`)].join('\n');
    const files = [
      named(
        'first.csv',
        part((k) => k % 6 < 4),
      ),
      named(
        'second.csv',
        part((k) => k % 6 === 4),
      ),
      named(
        'third.csv',
        part((k) => k % 6 === 5),
      ),
    ];
    const byPerson = await asked(files, (questions) => {
      const roles = ['train', 'valid', 'test'] as const;
      let draft = draftOf(questions);
      for (const [at, file] of [...questions.files].sort((a, b) => (a.path < b.path ? -1 : 1)).entries())
        draft = withFile(draft, file.path, withRole(draft.files[file.path]!, roles[at]!, file.path));
      expect(draftProblems(questions.files, draft, true)).toEqual(
        questions.files.filter(({ reading }) => reading.columns?.user === undefined).map(() => expect.anything()),
      );
      return answersOf(draft);
    });
    const reading = readingOfArguments({ 'split-files': 'train=first.csv,valid=second.csv,test=third.csv' });
    const headless = await tryImport(files, { reading });
    expect(headless.document?.statistics.splits.train.interactions).toBe(40);
    expect(headless.document?.fingerprint).toBe(byPerson.document?.fingerprint);
  });

  it('are asked for by name where nobody can answer', async () => {
    const files = [
      named(
        'a.csv',
        table('user_id,item_id,score,rating', (u, i, k) => [u, i, k, 1 + (k % 5)]),
      ),
    ];
    const { error } = await tryImport(files);
    expect(error).toBeInstanceOf(AppError);
    expect(error?.code).toBe('DATA_QUESTION');
    expect(error?.hint).toContain(
      '--file a.csv=interactions --columns "a.csv:user=user_id,item=item_id,rating=rating"',
    );
    const unknown = await tryImport(files, {
      reading: readingOfArguments({ columns: ['a.csv:user=nobody,item=item_id'] }),
    });
    expect(unknown.error?.message).toBe('a.csv has no column “nobody”.');
    expect(() => readingOfArguments({ file: ['a.csv=everything'] })).toThrow(/--file knows/);
    expect(() => readingOfArguments({ ids: ['item'] })).toThrow(/--ids needs name=value/);
  });

  it('travel in a link', async () => {
    const reading = readingOfArguments({
      file: ['a.csv=interactions'],
      columns: ['a.csv:user=visitorid,item=itemid'],
      positives: ['a.csv:1,2'],
      ids: ['item=from1'],
    });
    const study = {
      datasets: [
        {
          name: 'd',
          fingerprint: 'ab'.repeat(32),
          users: 3,
          items: 4,
          interactions: 5,
          split: 'provided' as const,
          demo: null,
          reading,
        },
      ],
      runs: [
        {
          model: 'lightgcn' as const,
          config: {},
          seed: 1,
          name: 'r',
          dataset: 0,
          backend: null,
          device: '',
          epochs: 1,
          result: null,
          curves: null,
          routing: null,
        },
      ],
    };
    const found = await decodeStudy((await encodeStudy(study)).replace(/^#/, ''));
    expect(found.datasets[0]?.reading).toEqual(reading);
  });
});

describe('the draft of a reading', () => {
  it('keeps the uses of columns when the first line becomes data', () => {
    const file = {
      path: 'a.csv',
      files: 1,
      what: '',
      reading: { role: 'interactions' as const, columns: { user: 'u', item: 'i' }, header: true },
      roles: [],
      why: '',
      question: null,
      preview: { columns: ['u', 'i', 'r'], rows: [], headerInDoubt: true, values: {} },
    };
    const without = withHeader(file, file.reading, false);
    expect(without.columns).toEqual({ user: '#1', item: '#2' });
    expect(withHeader(file, without, true).columns).toEqual({ user: 'u', item: 'i' });
    expect(withUse(file, file.reading, 1, 'user').columns).toEqual({ user: 'i' });
    expect(withRole(file.reading, 'itemIds', file.path).columns).toEqual({});
  });
});
