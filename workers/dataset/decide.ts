import { mergeReadings, type DatasetReading, type ReadingQuestions } from '../../src/domain/reading';
import { amount, count } from '../formats/words';
import { isAsking, unanswered, type Ask } from './ask';
import { applyAnswers, choose, entryAt } from './choose';
import { classify } from './classify';
import { entriesOf, entryName, type Entry, type VectorFolder } from './entries';
import { bareName } from './names';
import type { OpenedFile } from './files';
import type { Findings } from './findings';
import type { FeatureFile } from './sizes';
import { questionsOf } from './numbering';
import type { RawParts } from './parts';
import { filesTaken, fileTaken } from './taken';
import { judgeUnread, noInteractions } from './unread';
import { apartFromVectors } from './vectorColumns';

export interface Decided {
  readonly entries: readonly Entry[];
  readonly answers: DatasetReading;
}

/** Decides what each file is, asking where two readings are possible. Findings hold what makes the import fail. */
export async function decideFiles(
  opened: readonly OpenedFile[],
  answers: DatasetReading,
  findings: Findings,
  ask: Ask | null,
): Promise<Decided> {
  const parts = opened.flatMap(apartFromVectors);
  for (let given = answers; ;) {
    const entries = entriesOf(parts);
    choose(entries, classify(entries), given);
    const mark = findings.mark();
    judgeUnread(entries, findings);
    repeatedKeys(entries, findings);
    noInteractions(entries, findings);
    const questions: ReadingQuestions = {
      files: filesTaken(entries),
      ids: { user: null, item: null },
      validation: null,
    };
    if (findings.failure || !isAsking(questions)) return { entries, answers: given };
    if (!ask) throw unanswered(questions);
    const asked = entries.filter(({ question }) => question !== null);
    given = answerAll(entries, asked, mergeReadings(given, await ask(questions)));
    findings.reset(mark);
  }
}

/** A question that was shown counts as answered: by the reading that stood there, if nothing else was said. */
function answerAll(entries: readonly Entry[], asked: readonly Entry[], given: DatasetReading): DatasetReading {
  const files = { ...given.files };
  const answered = new Set(Object.keys(given.files).map((path) => entryAt(entries, path)));
  for (const entry of asked) if (!answered.has(entry)) files[entry.path] = fileTaken(entry).reading;
  return { ...given, files };
}

function repeatedKeys(entries: readonly Entry[], findings: Findings): void {
  const seen = new Map<string, Entry>();
  for (const entry of entries) {
    if (entry.role !== 'features' || !entry.feature) continue;
    const key = `${entry.feature.scope}/${entry.feature.key}`;
    const same = seen.get(key);
    if (same && entry.question === null) {
      findings.error('FILE_UNRECOGNISED', {
        rule: 'unrecognised',
        file: entry.path,
        row: null,
        message: `Both ${entryName(same)} and ${entryName(entry)} hold features called ${entry.feature.key}.`,
        hint: 'Drop one of them, or give them different names.',
      });
    } else seen.set(key, entry);
  }
}

/** Asks about matrices that no name explains, but that have as many rows as there are items or users. */
export function sizeQuestions(entries: readonly Entry[], raw: RawParts): void {
  const sizes = (['item', 'user'] as const).map((scope) => {
    const column = scope === 'item' ? raw.interactions.items : raw.interactions.users;
    const mapping = scope === 'item' ? raw.itemMapping : raw.userMapping;
    const whole = column.texts.every((text) => /^\d{1,9}$/.test(text));
    const largest = whole ? column.texts.reduce((most, text) => Math.max(most, Number(text)), 0) : -1;
    return { scope, sizes: new Set([column.texts.length, largest, largest + 1, mapping?.originals.length ?? 0]) };
  });
  for (const entry of entries) {
    const { content } = entry;
    if (content.kind === 'folder' && entry.role === 'unused' && !entry.answered) folderQuestion(entry, content, raw);
    if (content.kind !== 'matrix' || entry.role !== 'unused' || entry.answered || content.matrix.rows < 2) continue;
    const fits = sizes.find((side) => side.sizes.has(content.matrix.rows));
    if (!fits || entry.why.startsWith('a graph')) continue;
    entry.role = 'features';
    entry.feature = {
      key: entryName(entry)
        .replace(/\.\w+$/, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, '_'),
      scope: fits.scope,
    };
    entry.question = `Its name does not say what it holds, but it has ${amount(content.matrix.rows, 'row')}, as many as there are ${fits.scope}s (${count(content.matrix.columns)} columns). Are these features?`;
  }
}

/** A folder of vectors whose files are named like items is features, whatever its name. */
function folderQuestion(entry: Entry, { files }: VectorFolder, { interactions }: RawParts): void {
  const known = new Set(interactions.items.texts);
  const named = files.filter(({ path }) => known.has(bareName(path))).length;
  if (2 * named < files.length) return;
  entry.role = 'features';
  entry.feature = { key: keyOf(entry.path.replace(/\/\*$/, '')), scope: 'item' };
  entry.question = `${amount(named, 'of its files is', 'of its files are')} named like items. Are these features?`;
}

const keyOf = (path: string): string =>
  bareName(path)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_') || 'features';

/** Asks what was left open by `sizeQuestions`, and applies the answers to the entries. */
export async function decideMatrices(
  entries: readonly Entry[],
  answers: DatasetReading,
  ask: Ask | null,
): Promise<{ readonly some: boolean; readonly answers: DatasetReading }> {
  const asked = entries.filter(({ question }) => question !== null);
  if (asked.length === 0) return { some: false, answers };
  const questions = { files: asked.map(fileTaken), ids: { user: null, item: null }, validation: null };
  if (!ask) throw unanswered(questions);
  const given = answerAll(asked, asked, mergeReadings(answers, await ask(questions)));
  applyAnswers(asked, given);
  return { some: true, answers: given };
}

/** Asks whose rows the ids are, and about the split. Throws `DATA_QUESTION` when there is a question and nobody to ask. */
export async function decideIds(
  raw: RawParts,
  answers: DatasetReading,
  ask: Ask | null,
  firstIsZero: (feature: FeatureFile) => boolean,
): Promise<DatasetReading> {
  const { user, item, validation } = questionsOf(raw, answers, firstIsZero);
  const questions: ReadingQuestions = { files: [], ids: { user, item }, validation };
  if (!isAsking(questions)) return answers;
  if (!ask) throw unanswered(questions);
  const given = mergeReadings(answers, await ask(questions));
  return {
    ...given,
    ids: {
      ...given.ids,
      ...(user ? { user: given.ids?.user ?? user.suggested } : {}),
      ...(item ? { item: given.ids?.item ?? item.suggested } : {}),
    },
    ...(validation ? { validation: given.validation ?? validation.suggested } : {}),
  };
}
