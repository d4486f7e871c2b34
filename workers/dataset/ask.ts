import { AppError } from '../../src/domain/errors';
import { shortestEnd, type Choice, type DatasetReading, type ReadingQuestions } from '../../src/domain/reading';
import { cancelled } from '../formats/source';

/** Asks a person, and returns the answers; null when there is nobody to ask. */
export type Ask = (questions: ReadingQuestions) => Promise<DatasetReading>;

export const isAsking = ({ files, ids, validation }: ReadingQuestions): boolean =>
  files.some(({ question }) => question !== null) || ids.user !== null || ids.item !== null || validation !== null;

/** `a table` → `is a table`; `has the element type <U2` stays. */
export const isWhat = (what: string): string => (/^(holds|has) /.test(what) ? what : `is ${what}`);

/** What a run without a person says instead of asking: the first question, and how to answer it. */
export function unanswered(questions: ReadingQuestions): AppError {
  const file = questions.files.find(({ question }) => question !== null);
  if (file) {
    const name = shortestEnd(
      file.path,
      questions.files.map(({ path }) => path),
    );
    const columns = Object.entries(file.reading.columns ?? {}).map(([use, column]) => `${use}=${column}`);
    const how =
      file.roles.length === 1
        ? `--file ${name}=unused`
        : columns.length > 0
          ? `--file ${name}=${file.reading.role} --columns "${name}:${columns.join(',')}"`
          : `--file ${name}=${file.reading.role}`;
    return question(
      `${name} ${isWhat(file.what)}. ${file.question ?? ''}`,
      `Answer with ${how}, or with other values.`,
    );
  }
  for (const scope of ['user', 'item'] as const) {
    const choice = questions.ids[scope];
    if (choice) return question(choice.question, `Answer with --ids ${scope}=${values(choice)}.`);
  }
  const { validation } = questions;
  return question(
    validation?.question ?? 'There is a question.',
    `Answer with --validation ${validation ? values(validation) : 'draw'}.`,
  );
}

const values = (choice: Choice<string>): string => choice.answers.map(({ value }) => value).join(' or ');

const question = (message: string, hint: string): AppError => new AppError('DATA_QUESTION', message, hint);

/** Waits for an answer that comes through `begin`. Throws `IMPORT_CANCELLED` when the import is cancelled first. */
export function untilAnswered(
  signal: AbortSignal,
  begin: (answer: (reading: DatasetReading) => void) => void,
): Promise<DatasetReading> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(cancelled()), { once: true });
    begin(resolve);
  });
}
