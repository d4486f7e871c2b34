import type { Reporter } from '../reporter';
import { gather, GATHER_USAGE } from './gather';
import { plan } from './plan';
import { PLAN_USAGE } from './planArguments';
import { status, STATUS_USAGE } from './status';
import { work } from './work';
import { parseWork, WORK_USAGE } from './workArguments';

export interface ClusterCommand {
  readonly usage: string;
  /** Resolves to the exit code. */
  readonly execute: (words: readonly string[], report: Reporter) => Promise<number>;
}

const COMMANDS: ReadonlyMap<string, ClusterCommand> = new Map([
  ['plan', { usage: PLAN_USAGE, execute: plan }],
  ['status', { usage: STATUS_USAGE, execute: status }],
  ['gather', { usage: GATHER_USAGE, execute: gather }],
  ['work', { usage: WORK_USAGE, execute: (words, report) => work(parseWork(words), report) }],
]);

/** null for a word that is none of these commands. */
export const clusterCommand = (word: string): ClusterCommand | null => COMMANDS.get(word) ?? null;
