import { plural } from '../../ui/format';
import { SPLIT_RULE_LABELS } from '../../ui/words';
import type { ImportOptions, SplitRule } from '../../domain/dataset';
import type { NamedFile } from '../../domain/protocol';

/** The import options as typed; numbers stay text until they are used. */
export interface ImportDraft {
  readonly splitRule: Exclude<SplitRule, 'provided'>;
  readonly splitSeed: string;
  readonly kCore: string;
  readonly minUserInteractions: string;
}

export const DRAWN_RULES: readonly ImportDraft['splitRule'][] = [
  'perUserRandom',
  'globalRandom',
  'leaveOneOut',
  'perUserTemporal',
  'globalTemporal',
];

export const DEFAULT_DRAFT: ImportDraft = {
  splitRule: 'perUserRandom',
  splitSeed: '999',
  kCore: '0',
  minUserInteractions: '0',
};

type NumberKey = 'splitSeed' | 'kCore' | 'minUserInteractions';
const LARGEST: Readonly<Record<NumberKey, number>> = { splitSeed: 2 ** 31 - 1, kCore: 1000, minUserInteractions: 1000 };

/** What is wrong with each number; empty when nothing is. */
export function draftErrors(draft: ImportDraft): Partial<Record<NumberKey, string>> {
  const errors: Partial<Record<NumberKey, string>> = {};
  for (const key of ['splitSeed', 'kCore', 'minUserInteractions'] as const) {
    if (wholeNumber(draft[key], LARGEST[key]) === null)
      errors[key] = `Enter a whole number from 0 to ${LARGEST[key].toLocaleString('en-US')}.`;
  }
  return errors;
}

/** The options to send; null while a number is wrong. */
export function optionsOf(draft: ImportDraft, name: string): ImportOptions | null {
  const splitSeed = wholeNumber(draft.splitSeed, LARGEST.splitSeed);
  const kCore = wholeNumber(draft.kCore, LARGEST.kCore);
  const minUserInteractions = wholeNumber(draft.minUserInteractions, LARGEST.minUserInteractions);
  if (splitSeed === null || kCore === null || minUserInteractions === null) return null;
  return { name, splitRule: draft.splitRule, splitSeed, kCore, minUserInteractions };
}

/** Readable while the form is closed. */
export function optionsSummary(draft: ImportDraft): string {
  const parts = [`without a split: ${SPLIT_RULE_LABELS[draft.splitRule].toLowerCase()}, seed ${draft.splitSeed}`];
  const core = wholeNumber(draft.kCore, LARGEST.kCore) ?? 0;
  const least = wholeNumber(draft.minUserInteractions, LARGEST.minUserInteractions) ?? 0;
  if (core > 1) parts.push(`${core}-core`);
  if (least > 0) parts.push(`users with at least ${plural(least, 'interaction')}`);
  if (core <= 1 && least === 0) parts.push('no filters');
  return parts.join(' · ');
}

function wholeNumber(text: string, largest: number): number | null {
  if (!/^\d+$/.test(text.trim())) return null;
  const value = Number(text);
  return value <= largest ? value : null;
}

/** A name for the dataset: the folder that holds everything, or the only file without its ending. */
export function suggestedName(files: readonly NamedFile[]): string {
  const tops = new Set(files.map(({ path }) => path.split('/')[0] ?? path));
  const [top] = tops;
  if (tops.size === 1 && top !== undefined)
    return top.replace(/\.gz$/i, '').replace(/\.(zip|tar|tgz|inter|csv|tsv|txt|dat|jsonl?|parquet)$/i, '');
  const table = files.find(({ path }) => path.toLowerCase().endsWith('.inter'));
  return (
    table?.path
      .split('/')
      .at(-1)
      ?.replace(/\.inter$/i, '') ?? 'Dataset'
  );
}
