import { formatMetric } from '../../ui/format';
import type { NoticeTone } from '../../ui/Notice';
import { metricLabel } from '../../domain/metrics';
import type { RunGroup, RunStatus, RunSummary } from '../../domain/run';

/** A status is a glyph, a word and a tone; never a colour alone. */
export interface StatusWords {
  readonly glyph: string;
  readonly label: string;
  readonly tone: NoticeTone | 'quiet';
}

export const STATUS_WORDS: Readonly<Record<RunStatus, StatusWords>> = {
  queued: { glyph: '◌', label: 'queued', tone: 'quiet' },
  preparing: { glyph: '◔', label: 'preparing', tone: 'info' },
  running: { glyph: '▶', label: 'running', tone: 'info' },
  paused: { glyph: '‖', label: 'paused', tone: 'warning' },
  interrupted: { glyph: '⚡', label: 'interrupted', tone: 'warning' },
  finished: { glyph: '✓', label: 'finished', tone: 'ok' },
  stopped: { glyph: '■', label: 'stopped', tone: 'quiet' },
  failed: { glyph: '✕', label: 'failed', tone: 'error' },
};

export const STATUS_ORDER: readonly RunStatus[] = [
  'running',
  'preparing',
  'paused',
  'queued',
  'interrupted',
  'failed',
  'stopped',
  'finished',
];

/** The page of an ablation set or a sweep. */
export const groupPath = ({ id, sweep }: Pick<RunGroup, 'id' | 'sweep'>): string =>
  sweep ? `/sweeps/${id}` : `/groups/${id}`;

/** Documents count epochs from 0, people from 1: the first epoch is shown as 1. */
export const shownEpoch = (epoch: number): number => epoch + 1;

/** Why a rule ended a run, in a sentence; null where none did. */
export function stopWords({ stopReason }: Pick<RunSummary, 'stopReason'>): string | null {
  if (!stopReason) return null;
  const { epoch, metric, best } = stopReason;
  if (stopReason.rule === 'halving')
    return `Stopped after epoch ${epoch + 1} by successive halving. By its best validation ${metricLabel(metric)} so far, ${formatMetric(best)}, it was number ${stopReason.rank} of ${stopReason.of} trials, of which ${stopReason.keep} went on. It was never ranked on the test split.`;
  const { median, peers } = stopReason;
  return `Stopped after epoch ${epoch + 1} by the median rule. Its best validation ${metricLabel(metric)} so far, ${formatMetric(best)}, was below ${formatMetric(median)}, the median of ${peers} finished runs at that epoch.`;
}
