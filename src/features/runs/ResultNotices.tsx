import { belowBaseline } from '../../domain/baselines';
import { endedSoon, type EndedSoon } from '../../domain/endings';
import { modelTable } from '../../domain/models/catalogue';
import type { RunSummary } from '../../domain/run';
import { formatCount, formatMetric, plural } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import styles from './runs.module.css';

interface BelowNoticeProps {
  readonly run: RunSummary;
  readonly baselines: readonly RunSummary[];
}

/** That a run is below a baseline which always stands beside it. */
export function BelowNotice({ run, baselines }: BelowNoticeProps) {
  const below = belowBaseline(run, baselines);
  if (!below) return null;
  const { name } = modelTable(below.experiment.model);
  return (
    <div className={styles.notices}>
      <Notice tone="warning" title={`Below ${name.toLowerCase()}.`}>
        {name} has a test Recall@20 of {formatMetric(below.result?.test['recall@20'])} here, this run{' '}
        {formatMetric(run.result?.test['recall@20'])}.
      </Notice>
    </div>
  );
}

/** That a run ended while validation could still rise. */
export function EndedSoonNote({ run }: { readonly run: RunSummary }) {
  const soon = endedSoon(run);
  if (!soon) return null;
  return (
    <p className={styles.standIn}>
      ⚠ {soon.since === 0 ? 'The best epoch is the last.' : 'It ended soon after its best epoch.'} {soonWords(soon)}
    </p>
  );
}

function soonWords({ best, last, since, patience }: EndedSoon): string {
  if (since === 0) return `Validation was still rising; more epochs may give better numbers.`;
  return `Training ended after epoch ${formatCount(last)}, ${plural(since, 'evaluation')} after the best one (epoch ${formatCount(best)}); early stopping waits for ${formatCount(patience)}. More epochs may give better numbers.`;
}
