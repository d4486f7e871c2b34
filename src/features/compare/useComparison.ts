import { useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { settingsOf, type Relevant, type Setting } from '../../domain/comparison';
import { faultOf, type Fault } from '../../domain/errors';
import { isMetricKey, type MetricKey } from '../../domain/metrics';
import type { EpochPoint, RunSummary } from '../../domain/run';
import { database } from '../../state/database';
import { readRun } from '../../storage/runs';

/** Which rows of the papers stand under the settings. */
export type Printed = 'none' | 'models' | 'all';
export const PRINTED_CHOICES: readonly { readonly value: Printed; readonly label: string }[] = [
  { value: 'none', label: 'none' },
  { value: 'models', label: 'of these models' },
  { value: 'all', label: 'all' },
];

/** The page's tabs; of a comparison that somebody shared also its runs. */
export type View = 'results' | 'gains' | 'longTail' | 'efficiency' | 'runs';
export const VIEWS: readonly View[] = ['results', 'gains', 'longTail', 'efficiency', 'runs'];

interface Changes {
  readonly metric: MetricKey;
  readonly relevant: Relevant;
  readonly reference: string;
  readonly ids: readonly string[];
  readonly printed: Printed;
  readonly ranked: boolean;
  readonly baselines: boolean;
  readonly view: View;
  readonly setting: string;
}

/** What is compared, in the page's address: so a comparison can be bookmarked, and stays through a reload. */
export interface Comparison {
  readonly ids: readonly string[];
  readonly metric: MetricKey;
  readonly relevant: Relevant;
  /** Key of the setting that the others are tested against. */
  readonly reference: string | null;
  readonly printed: Printed;
  /** Whether printed rows are ranked with the others. */
  readonly ranked: boolean;
  /** Whether baselines stand beside the settings. */
  readonly baselines: boolean;
  readonly view: View;
  /** Key of the setting whose gains are shown. */
  readonly setting: string | null;
  change(changes: Partial<Changes>): void;
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
    printed: PRINTED_CHOICES.find(({ value }) => value === parameters.get('printed'))?.value ?? 'models',
    ranked: parameters.get('ranked') === 'true',
    baselines: parameters.get('baselines') !== 'false',
    view: VIEWS.find((view) => view === parameters.get('view')) ?? 'results',
    setting: parameters.get('setting'),
    change: (changes) => {
      const next = new URLSearchParams(parameters);
      if (changes.ids) next.set('runs', changes.ids.join(','));
      if (changes.metric) next.set('metric', changes.metric);
      if (changes.relevant) next.set('items', changes.relevant);
      if (changes.reference) next.set('reference', changes.reference);
      if (changes.printed) next.set('printed', changes.printed);
      if (changes.ranked !== undefined) next.set('ranked', String(changes.ranked));
      if (changes.baselines !== undefined) next.set('baselines', String(changes.baselines));
      if (changes.view) next.set('view', changes.view);
      if (changes.setting) next.set('setting', changes.setting);
      setParameters(next, { replace: true });
    },
  };
}

/** The runs' settings; the same array while nothing about the runs changes. */
export function useSettings(runs: readonly RunSummary[], ids: readonly string[]): readonly Setting[] {
  return useMemo(() => settingsOf(runs.filter(({ id }) => ids.includes(id))), [runs, ids]);
}

interface ReadEpochs {
  /** By the run's id, as they are read. */
  readonly epochs: ReadonlyMap<string, readonly EpochPoint[]>;
  /** Why those of a run could not be read; null when all could. */
  readonly fault: Fault | null;
}

/** Epochs of every run. */
export function useEpochs(settings: readonly Setting[]): ReadEpochs {
  const [read, setRead] = useState<ReadEpochs>({ epochs: new Map(), fault: null });
  useEffect(() => {
    let over = false;
    const runs = settings.flatMap((setting) => setting.runs);
    void Promise.allSettled(runs.map(({ id }) => readRun(database, id))).then((read) => {
      if (over) return;
      const faults = read.flatMap((one, place) =>
        one.status === 'rejected' ? withName(runs[place]?.name ?? '', faultOf(one.reason)) : [],
      );
      setRead({
        epochs: new Map(read.flatMap((one) => (one.status === 'fulfilled' ? [[one.value.id, one.value.epochs]] : []))),
        fault: faults[0] ?? null,
      });
    });
    return () => {
      over = true;
    };
  }, [settings]);
  return read;
}

const withName = (name: string, fault: Fault): Fault => ({ ...fault, message: `${name}: ${fault.message}` });
