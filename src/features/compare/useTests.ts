import { useMemo } from 'react';
import { metricsOf, type Relevant, type Setting, type SettingComparison } from '../../domain/comparison';
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

/** The same, with the means that are known of runs that are not stored here. */
const sharedRuns = ({ key, runs }: Setting, relevant: Relevant): ComparedRuns => ({
  key,
  runs: runs.map(({ id, experiment, result }) => {
    const means = metricsOf(result, relevant);
    return { id, seed: experiment.seed, ...(means && { means }) };
  }),
});

const onSameData = (settings: readonly Setting[], reference: Setting | undefined): readonly Setting[] =>
  settings.filter((one) => one !== reference && one.dataset.fingerprint === reference?.dataset.fingerprint);

function asked(
  reference: Setting,
  others: readonly Setting[],
  relevant: Relevant,
  stored: boolean,
): Pick<Command<'compare'>, 'reference' | 'others'> {
  const of = (one: Setting): ComparedRuns => (stored ? comparedRuns(one) : sharedRuns(one, relevant));
  return { reference: of(reference), others: others.map(of) };
}

/** The tests of all other settings on the same data against the reference, made by a worker; null until they are there. */
export function useTests(
  settings: readonly Setting[],
  reference: Setting | undefined,
  metric: MetricKey,
  relevant: Relevant,
  stored: boolean,
): Tested | null {
  const command = useMemo((): Command<'compare'> | null => {
    const others = onSameData(settings, reference);
    if (!reference || others.length === 0) return null;
    return { type: 'compare', ...asked(reference, others, relevant, stored), metric, relevant };
  }, [settings, reference, metric, relevant, stored]);
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
  stored: boolean,
): readonly SettingTests[] | null {
  const command = useMemo((): Command<'test'> | null => {
    const others = onSameData(settings, reference);
    if (!reference || others.length === 0) return null;
    return { type: 'test', ...asked(reference, others, relevant, stored), metrics: SHOWN_METRICS, relevant };
  }, [settings, reference, relevant, stored]);
  return useAnswer(command, testSettings).value;
}
