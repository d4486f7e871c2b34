import { useMemo } from 'react';
import type { Relevant, Setting, SettingComparison } from '../../domain/comparison';
import type { Fault } from '../../domain/errors';
import type { MetricKey } from '../../domain/metrics';
import type { AnalysisCommand, ComparedRuns } from '../../domain/analysisProtocol';
import type { SettingTests } from '../../domain/significance';
import { compareSettings, testSettings } from '../../state/analysis';
import { SHOWN_METRICS } from '../readings/curves';
import { useAnswer } from '../../state/useAsked';

type Command<Type> = Extract<AnalysisCommand, { type: Type }>;

export interface Tested {
  readonly comparisons: readonly SettingComparison[];
  readonly fault: Fault | null;
}

/** A setting as the analysis thread is asked about it. */
export const comparedRuns = ({ key, runs }: Setting): ComparedRuns => ({
  key,
  runs: runs.map(({ id, experiment }) => ({ id, seed: experiment.seed })),
});

const onSameData = (settings: readonly Setting[], reference: Setting | undefined): readonly Setting[] =>
  settings.filter((one) => one !== reference && one.dataset.fingerprint === reference?.dataset.fingerprint);

/** The tests of all other settings on the same data against the reference, made by a worker; null until they are there. */
export function useTests(
  settings: readonly Setting[],
  reference: Setting | undefined,
  metric: MetricKey,
  relevant: Relevant,
): Tested | null {
  const command = useMemo((): Command<'compare'> | null => {
    const others = onSameData(settings, reference);
    return reference && others.length > 0
      ? { type: 'compare', reference: comparedRuns(reference), others: others.map(comparedRuns), metric, relevant }
      : null;
  }, [settings, reference, metric, relevant]);
  const answer = useAnswer(command, compareSettings);
  return useMemo(
    () => (answer.value || answer.fault ? { comparisons: answer.value ?? [], fault: answer.fault } : null),
    [answer.value, answer.fault],
  );
}

/** The same tests' p-values in the metrics that are shown, for the marks in the table; null until they are there. */
export function useMarks(
  settings: readonly Setting[],
  reference: Setting | undefined,
  relevant: Relevant,
): readonly SettingTests[] | null {
  const command = useMemo((): Command<'test'> | null => {
    const others = onSameData(settings, reference);
    return reference && others.length > 0
      ? {
          type: 'test',
          reference: comparedRuns(reference),
          others: others.map(comparedRuns),
          metrics: SHOWN_METRICS,
          relevant,
        }
      : null;
  }, [settings, reference, relevant]);
  return useAnswer(command, testSettings).value;
}
