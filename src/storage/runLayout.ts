import { summarise, type RunDocument, type RunSummary } from '../domain/run';
import type { Checked } from '../domain/unreadable';
import { damaged, member } from '../documents/check';
import { checkRun, checkSummary } from '../documents/run';
import type { Database, Entries } from './database';

/**
 * Layout of the table `runs`. `<id>` is the summary, for lists; `<id>/document` the run with its curves; `<id>/details` what its users
 * got. The first two are always written together. Before there were summaries, `<id>` was the whole document: that is still read, and
 * a tab that has been open since then may still write it. Such a document is newer than what lies in `<id>/document`.
 */

/** The form of what lies under `<id>`. It has no `version`, by which older pages would take it for a document. */
const LAYOUT = 2;

export const documentKey = (id: string): string => `${id}/document`;

export const entriesOf = (run: RunDocument, summary: RunSummary): Entries => [
  [run.id, { layout: LAYOUT, summary }],
  [documentKey(run.id), run],
];

/** Whether what lies under `<id>` is not a summary, but all there is of a run. */
export const isWhole = (stored: unknown): boolean => member(stored, 'layout') === undefined;

/** Whether a version that lays runs out in another way has written this. */
const isNewer = (stored: unknown): boolean => Number(member(stored, 'layout')) > LAYOUT;

/** A run as a list shows it. Its document is read where there is no summary, or none that can be read. */
export async function readSummary({ runs }: Database, id: string, stored: unknown): Promise<Checked<RunSummary>> {
  const found = isNewer(stored) ? NEWER : own(id, checkSummary(member(stored, 'summary')));
  if (!isWhole(stored) && found.why?.kind !== 'damaged') return found;
  const run = checkWhole(id, isWhole(stored) ? stored : await runs.get(documentKey(id)));
  if (run.why) return isWhole(stored) ? run : found;
  return { value: summarise(run.value), why: null };
}

/** A run with its curves; null where nothing is stored. */
export async function inspectRun({ runs }: Database, id: string): Promise<Checked<RunDocument> | null> {
  const stored = await runs.get(id);
  if (stored === undefined && !(await runs.keys(id)).includes(id)) return null;
  if (isNewer(stored)) return NEWER;
  return checkWhole(id, isWhole(stored) ? stored : await runs.get(documentKey(id)));
}

/**
 * Changes a stored run in one transaction, so that no other writer comes in between. `next` gets what is stored; null leaves it as it is.
 * Returns the run as it is stored then; null where nothing was written: it is deleted, cannot be read, or `next` left it.
 */
export async function changeRun(
  { runs }: Database,
  id: string,
  next: (stored: RunDocument) => RunDocument | null,
): Promise<RunDocument | null> {
  let written: RunDocument | null = null;
  await runs.change([id, documentKey(id)], ([summary, document]) => {
    written = null;
    if (isNewer(summary)) return null;
    const { value } = checkWhole(id, isWhole(summary) ? summary : document);
    written = value && next(value);
    return written && entriesOf(written, summarise(written));
  });
  return written;
}

const NEWER = { value: null, why: { kind: 'newer' } } as const;

const checkWhole = (id: string, stored: unknown): Checked<RunDocument> => own(id, checkRun(stored));

/** A document under another key than its own would be written there. */
function own<T extends { readonly id: string }>(id: string, found: Checked<T>): Checked<T> {
  if (found.why || found.value.id === id) return found;
  return { value: null, why: damaged(`it says that it is the run ${found.value.id}`) };
}

/**
 * Gives runs that are stored as one whole document a summary beside it. Each is read and written in one transaction: whatever stops this,
 * or does the same or trains a run in another tab, the run is there in one layout or the other. What cannot be read is left alone.
 */
export async function moveRuns({ runs }: Database): Promise<void> {
  for (const id of await runs.keys()) {
    if (id.includes('/') || !isWhole(await runs.get(id))) continue;
    await runs.change([id], ([stored]) => {
      const run = isWhole(stored) ? checkWhole(id, stored).value : null;
      return run && entriesOf(run, summarise(run));
    });
  }
}
