import { useCallback, useMemo } from 'react';
import type { Contributions } from '../../domain/contributions';
import type { WeightsOf } from '../../domain/run';
import { contributionsOf, type AnalysisThread } from '../../state/analysis';
import { useAnswer, type Asked } from '../../state/useAsked';
import type { AskOptions } from '../../state/workerThread';
import { formatCount, formatNumber, plural } from '../../ui/format';

interface Pair {
  readonly runId: string;
  readonly of: WeightsOf;
  readonly user: number;
  readonly item: number;
}

/** Which items of a user's history brought it an item; nothing is asked without a pair. */
export function useContributions(thread: AnalysisThread, pair: Pair | null): Asked<Contributions> {
  const [runId, of, user, item] = [pair?.runId ?? '', pair?.of ?? 'best', pair?.user ?? -1, pair?.item ?? -1] as const;
  const command = useMemo(() => (runId ? { runId, of, user, item } : null), [runId, of, user, item]);
  const ask = useCallback(
    (asked: Pair, { onPhase }: AskOptions) => contributionsOf(thread, asked, onPhase ? { onPhase } : {}),
    [thread],
  );
  return useAnswer(command, ask);
}

/** What the parts are, in a sentence. */
export function contributionWords({ how, own, history, score, left }: Contributions): string {
  if (history.length === 0) return 'The user has no training interactions.';
  if (history.every(({ part }) => part === 0))
    return 'No item of the history has a part in it: when it ranks, this model reads the user’s own vector and not the history.';
  if (how === 'exact')
    return `Exact: the score ${formatNumber(score, 4)} is the sum of the parts${own ? ` and of ${formatNumber(own, 4)} that the user’s own vector adds` : ''}.`;
  const rest = left > 0 ? ` The other ${plural(left, 'item')} of the history were not left out.` : '';
  return `How far the score ${formatNumber(score, 4)} falls, and the rank, if the model is built around its weights without the one interaction (${formatCount(history.length)} times).${rest}`;
}
