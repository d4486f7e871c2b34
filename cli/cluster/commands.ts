import type { Reporter } from '../reporter';
import { plan } from './plan';
import { PLAN_USAGE } from './planArguments';
import { work } from './work';
import { parseWork, WORK_USAGE } from './workArguments';

export interface ClusterCommand {
  readonly usage: string;
  /** Resolves to the exit code. */
  readonly execute: (words: readonly string[], report: Reporter) => Promise<number>;
}

const COMMANDS: ReadonlyMap<string, ClusterCommand> = new Map([
  ['plan', { usage: PLAN_USAGE, execute: plan }],
  ['work', { usage: WORK_USAGE, execute: (words, report) => work(parseWork(words), report) }],
]);

/** null for a word that is none of these commands. */
export const clusterCommand = (word: string): ClusterCommand | null => COMMANDS.get(word) ?? null;
