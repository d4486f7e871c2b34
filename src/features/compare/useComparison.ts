import { useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { settingsOf, type Relevant, type Setting, type SettingComparison } from '../../domain/comparison';
import { faultOf, type Fault } from '../../domain/errors';
import { isMetricKey, type MetricKey } from '../../domain/metrics';
import type { AnalysisCommand, ComparedRuns } from '../../domain/protocol';
import type { EpochPoint, RunSummary } from '../../domain/run';
import { compareSettings } from '../../state/analysis';
import { database } from '../../state/database';
import { readRun } from '../../storage/runs';

type CompareCommand = Extract<AnalysisCommand, { type: 'compare' }>;

/** What is compared, in the page's address: so a comparison can be bookmarked, and stays through a reload. */
export interface Comparison {
  readonly ids: readonly string[];
  readonly metric: MetricKey;
  readonly relevant: Relevant;
  /** Key of the setting that the others are tested against. */
  readonly reference: string | null;
  change(changes: Partial<{ metric: MetricKey; relevant: Relevant; reference: string; ids: readonly string[] }>): void;
}

export function useComparisonAddress(): Comparison {
  const [parameters, setParameters] = useSearchParams();
  const metric = parameters.get('metric');
  const asked = parameters.get('runs') ?? '';
  const ids = useMemo(() => asked.split(',').filter((id) => id !== ''), [asked]);
  return {
    ids,
    metric: metric !== null && isMetricKey(metric) ? metric : 'recall@20',
    relevant: parameters.get('items') === 'liked' ? 'liked' : 'all',
    reference: parameters.get('reference'),
    change: (changes) => {
      const next = new URLSearchParams(parameters);
      if (changes.ids) next.set('runs', changes.ids.join(','));
      if (changes.metric) next.set('metric', changes.metric);
      if (changes.relevant) next.set('items', changes.relevant);
      if (changes.reference) next.set('reference', changes.reference);
      setParameters(next, { replace: true });
    },
  };
}

/** The runs' settings; the same array while nothing about the runs changes. */
export function useSettings(runs: readonly RunSummary[], ids: readonly string[]): readonly Setting[] {
  return useMemo(() => settingsOf(runs.filter(({ id }) => ids.includes(id))), [runs, ids]);
}

export interface Tested {
  readonly comparisons: readonly SettingComparison[];
  readonly fault: Fault | null;
}

/** The tests of all other settings on the same data against the reference, made by a worker; null until they are there. */
export function useTests(settings: readonly Setting[], reference: Setting | undefined, metric: MetricKey, relevant: Relevant): Tested | null {
  const command = useMemo((): CompareCommand | null => {
    const others = settings.filter((one) => one !== reference && one.dataset.fingerprint === reference?.dataset.fingerprint);
    const asked = ({ key, runs }: Setting): ComparedRuns => ({ key, runs: runs.map(({ id, experiment }) => ({ id, seed: experiment.seed })) });
    return reference && others.length > 0 ? { type: 'compare', reference: asked(reference), others: others.map(asked), metric, relevant } : null;
  }, [settings, reference, metric, relevant]);
  const [answer, setAnswer] = useState<{ readonly to: CompareCommand; readonly tested: Tested } | null>(null);
  useEffect(() => {
    if (!command) return undefined;
    const controller = new AbortController();
    compareSettings(command, controller.signal).then(
      (comparisons) => setAnswer({ to: command, tested: { comparisons, fault: null } }),
      (error: unknown) => !controller.signal.aborted && setAnswer({ to: command, tested: { comparisons: [], fault: faultOf(error) } }),
    );
    return () => controller.abort();
  }, [command]);
  return answer?.to === command ? (answer?.tested ?? null) : null;
}

/** Epochs of every run, by id, as they are read. */
export function useEpochs(settings: readonly Setting[]): ReadonlyMap<string, readonly EpochPoint[]> {
  const [epochs, setEpochs] = useState<ReadonlyMap<string, readonly EpochPoint[]>>(new Map());
  useEffect(() => {
    let over = false;
    const ids = settings.flatMap(({ runs }) => runs.map(({ id }) => id));
    void Promise.all(ids.map(async (id) => [id, await readRun(database, id).then((run) => run.epochs, () => [])] as const)).then((read) => !over && setEpochs(new Map(read)));
    return () => {
      over = true;
    };
  }, [settings]);
  return epochs;
}
