import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DatasetDocument, ImportOptions, Problem } from '../../../src/domain/dataset';
import type { AppError } from '../../../src/domain/errors';
import type { NamedFile } from '../../../src/domain/protocol';
import { readingOf, type DatasetReading, type ReadingQuestions } from '../../../src/domain/reading';
import { readFeatures, readInteractions, readLabels } from '../../../src/storage/datasets';
import { tryImport } from '../../helpers/dataRoom';

/** Folders as people have them, each made by a Python script; beside this checkout, where they are. */
const CASES = join(import.meta.dirname, '../../../../shared/cases');
const PYTHON = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import numpy, scipy.sparse'], { stdio: 'ignore' }).status === 0,
);
export const hasCases = existsSync(CASES) && PYTHON !== undefined;

/** Runs every case's script in one process; each writes into a folder of its name. */
const RUN_ALL = `
import os, runpy, sys
cases, out = sys.argv[1:3]
for name in sorted(os.listdir(cases)):
    script = os.path.join(cases, name, 'gen.py')
    if os.path.exists(script):
        sys.argv = [script, os.path.join(out, name)]
        runpy.run_path(script)
`;

let made: string | null = null;

/** The files that a case's script writes. */
export function caseFiles(name: string): NamedFile[] {
  made ??= makeAll();
  const folder = join(made, name);
  return walk(folder).map((path) => ({
    path: `${name}${path.slice(folder.length)}`,
    file: new Blob([readFileSync(path)]),
  }));
}

function makeAll(): string {
  const out = mkdtempSync(join(tmpdir(), 'lodestone-cases-'));
  const { status, stderr } = spawnSync(PYTHON ?? '', ['-c', RUN_ALL, CASES, out], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return out;
}

const walk = (folder: string): string[] =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? walk(path) : [path];
    });

/** What came of a drop: questions in the order they were asked, and the dataset as it is stored. */
export interface Dropped {
  readonly asked: readonly string[];
  readonly error: AppError | null;
  readonly problems: readonly Problem[];
  readonly stored: Stored | null;
}

export interface Stored {
  readonly document: DatasetDocument;
  /** `user item split`, by original ids (indices where the files have no others), in the order of the file. */
  readonly rows: readonly string[];
  readonly ratings: readonly number[] | null;
  readonly times: readonly number[] | null;
  readonly items: readonly string[];
  readonly names: readonly string[] | null;
  readonly categories: readonly string[] | null;
  /** The first value of each item's row, by original id. */
  readonly features: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

type Change = (reading: DatasetReading, questions: ReadingQuestions) => DatasetReading;

/** Imports files, answering every question as suggested, or as `change` makes of it. */
export async function drop(
  files: readonly NamedFile[],
  change: Change = (reading) => reading,
  options: ImportOptions = {},
): Promise<Dropped> {
  const asked: string[] = [];
  const outcome = await tryImport(files, options, undefined, {
    ask: async (questions) => {
      const { files: taken, ids, validation } = questions;
      for (const file of taken) if (file.question !== null) asked.push(`${file.path}: ${file.question}`);
      for (const choice of [ids.user, ids.item, validation]) if (choice) asked.push(choice.question);
      const suggested = readingOf(
        taken.filter(({ question }) => question !== null),
        {
          files: {},
          ids: { ...(ids.user && { user: ids.user.suggested }), ...(ids.item && { item: ids.item.suggested }) },
          ...(validation && { validation: validation.suggested }),
        },
      );
      return change(suggested, questions);
    },
  });
  const { document, error, problems, database } = outcome;
  if (!document) return { asked, error, problems, stored: null };
  const interactions = await readInteractions(database, 'd');
  const labels = await readLabels(database, 'd');
  const userOf = (index: number): string => labels?.originalUsers?.[index] ?? String(index);
  const itemOf = (index: number): string => labels?.originalItems?.[index] ?? String(index);
  const features: Record<string, Record<string, number>> = {};
  for (const info of document.features) {
    const values = await readFeatures(database, 'd', info);
    const nameOf = info.scope === 'item' ? itemOf : userOf;
    features[info.key] = Object.fromEntries(
      Array.from({ length: info.rows }, (_, row) => [nameOf(row), values[row * info.columns]!]),
    );
  }
  const { items, itemCategories } = labels ?? { items: null, itemCategories: null };
  return {
    asked,
    error,
    problems,
    stored: {
      document,
      rows: [...interactions.users.keys()].map(
        (row) => `${userOf(interactions.users[row]!)} ${itemOf(interactions.items[row]!)} ${interactions.split[row]}`,
      ),
      ratings: interactions.ratings && [...interactions.ratings],
      times: interactions.timestamps && [...interactions.timestamps],
      items: Array.from({ length: document.statistics.items }, (_, index) => itemOf(index)),
      names: items && [...items],
      categories: itemCategories && [...itemCategories.of].map((of) => itemCategories.names[of]!),
      features,
    },
  };
}

/** Insists that something was stored. */
export async function opened(
  ...args: Parameters<typeof drop>
): Promise<Stored & { readonly asked: readonly string[] }> {
  const { stored, error, asked } = await drop(...args);
  if (!stored) throw error ?? new Error('nothing was stored');
  return { ...stored, asked };
}

/** Insists on a refusal in one sentence that names the file, with a remedy. */
export async function refused(files: readonly NamedFile[], names: RegExp, remedy: RegExp): Promise<void> {
  const { stored, error } = await drop(files);
  expect(stored).toBeNull();
  expect(error?.message).toMatch(names);
  expect(error?.hint).toMatch(remedy);
}
