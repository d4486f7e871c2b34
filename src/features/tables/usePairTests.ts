import { useMemo } from 'react';
import type { Fault } from '../../domain/errors';
import type { MetricKey } from '../../domain/metrics';
import type { Claim } from '../../domain/paperTables';
import type { AnalysisCommand, ComparedRuns } from '../../domain/analysisProtocol';
import type { PairTests } from '../../domain/reproduced';
import type { RunSummary } from '../../domain/run';
import { holmOfKnown } from '../../domain/significance';
import { testSettings } from '../../state/analysis';
import { useAnswer } from '../../state/useAsked';
import { useFinished } from '../../state/useFinished';
import type { AskOptions } from '../../state/workerThread';

type TestCommand = Extract<AnalysisCommand, { type: 'test' }>;

interface Asked {
  readonly claims: readonly Claim[];
  readonly commands: readonly TestCommand[];
}

interface Tested {
  /** null until the answer is there. */
  readonly tests: PairTests | null;
  readonly fault: Fault | null;
}

/** The paired tests over users of all claims whose two rows have a result, made by a worker; Holm over the claims of a metric. */
export function usePairTests(claims: readonly Claim[], runs: readonly RunSummary[]): Tested {
  const finished = useFinished(runs);
  const asked = useMemo(() => askedOf(claims, finished), [claims, finished]);
  const { value, fault } = useAnswer(asked, pairTests);
  return useMemo(() => ({ tests: value, fault }), [value, fault]);
}

/** One question for each row that several claims have in common. null where no claim can be tested. */
function askedOf(claims: readonly Claim[], runs: readonly RunSummary[]): Asked | null {
  const rowOf = (name: string): ComparedRuns => ({
    key: name,
    runs: runs
      .filter(({ group }) => group?.variant === name)
      .map(({ id, experiment }) => ({ id, seed: experiment.seed })),
  });
  const ready = claims.filter(({ better, worse }) => [better, worse].every((name) => rowOf(name).runs.length > 0));
  const [first] = ready;
  if (!first) return null;
  const shared = ready.every(({ better }) => better === first.better) ? 'better' : 'worse';
  const other = shared === 'better' ? 'worse' : 'better';
  const commands = [...new Set(ready.map((claim) => claim[shared]))].map((name): TestCommand => {
    const own = ready.filter((claim) => claim[shared] === name);
    return {
      type: 'test',
      reference: rowOf(name),
      others: own.map((claim) => rowOf(claim[other])),
      metrics: [...new Set(own.flatMap(({ metrics }) => metrics))],
      relevant: 'all',
    };
  });
  return { claims: ready, commands };
}

const pairOf = (a: string, b: string): string => JSON.stringify([a, b].sort());

async function pairTests({ claims, commands }: Asked, options: AskOptions): Promise<PairTests> {
  const found = new Map<string, Map<MetricKey, number | null>>();
  for (const command of commands)
    for (const { key, metrics } of await testSettings(command, options))
      found.set(pairOf(command.reference.key, key), new Map(metrics.map((one) => [one.key, one.users])));
  for (const metric of new Set(claims.flatMap(({ metrics }) => metrics))) {
    const own = claims.flatMap(({ better, worse, metrics }) => {
      const tests = found.get(pairOf(better, worse));
      return tests && metrics.includes(metric) ? [tests] : [];
    });
    const adjusted = holmOfKnown(own.map((tests) => tests.get(metric) ?? null));
    own.forEach((tests, place) => tests.set(metric, adjusted[place] ?? null));
  }
  return (better, worse) => found.get(pairOf(better, worse)) ?? null;
}
