import { memo, useCallback, useMemo, useState } from 'react';
import { formatCount, formatMetric, formatPercent } from '../../ui/format';
import { Choice } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Columns } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { Histogram } from '../../charts/Histogram';
import { metricLabel } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import { USER_METRICS, type RankedUsers, type UserMetric } from '../../domain/userResults';
import { usersOf } from '../../state/analysis';
import { useAnalysisThread } from '../../state/useAnalysisThread';
import { useAnswer } from '../../state/useAsked';
import { useLabels } from '../../state/useLabels';
import { median } from '../readings/curves';
import { standIn } from '../readings/findings';
import { UserPanel } from './UserPanel';
import { unitHistogram } from './userRows';
import styles from './runs.module.css';

const RELEVANT = [
  { value: 'all', label: 'all held-out' },
  { value: 'liked', label: 'liked only' },
] as const;

/** How the test metrics are spread over users, and what one user was given. */
export const UsersTab = memo(function UsersTab({ run }: { readonly run: RunSummary }) {
  const thread = useAnalysisThread();
  const { id, result } = run;
  // A run that has ended is asked again: then there are results.
  const command = useMemo(() => ({ id, result }), [id, result]);
  const ask = useCallback(({ id: runId }: typeof command) => usersOf(thread, runId, {}), [thread]);
  const { value, fault } = useAnswer(command, ask);
  const labels = useLabels(run.experiment.dataset.id);
  const [metric, setMetric] = useState<UserMetric>('recall@20');
  const [relevant, setRelevant] = useState<'all' | 'liked'>('all');
  if (fault) return <FaultNotice fault={fault} />;
  if (!value) return <p className={styles.note}>Reading results per user …</p>;
  const { results } = value;
  if (!results)
    return (
      <Notice title="Results per user need the test evaluation.">
        It happens at the best epoch, when the run ends or is stopped.
      </Notice>
    );
  const note = standIn(run);
  return (
    <div className={styles.column}>
      {note && <p className={styles.standIn}>⚠ {note}</p>}
      <Columns min={420}>
        <Panel
          title={`${metricLabel(metric)} per user, test${relevant === 'liked' ? ', liked only' : ''}`}
          actions={
            <>
              {results.liked && (
                <Choice
                  segments
                  hideLabel
                  label="Relevant items"
                  value={relevant}
                  options={RELEVANT}
                  onValueChange={setRelevant}
                />
              )}
              <Choice
                segments
                hideLabel
                label="Metric"
                value={metric}
                options={USER_METRICS.map((value) => ({ value, label: metricLabel(value) }))}
                onValueChange={setMetric}
              />
            </>
          }
        >
          <Distribution of={((relevant === 'liked' && results.liked) || results.all)[metric]} metric={metric} />
        </Panel>
        <UserPanel thread={thread} runId={id} results={results} metric={metric} labels={labels} />
      </Columns>
    </div>
  );
});

function Distribution({ of, metric }: { readonly of: RankedUsers; readonly metric: UserMetric }) {
  const facts = useMemo(() => {
    const { values, order } = of;
    const zeros = values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
    return {
      histogram: unitHistogram(values),
      users: values.length,
      mean: values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
      median: median(Array.from(order, (row) => values[row] ?? 0)),
      zeroShare: zeros / Math.max(1, values.length),
    };
  }, [of]);
  const name = metricLabel(metric);
  return (
    <>
      <StatList>
        <Stat label="Users" value={formatCount(facts.users)} />
        <Stat label="Mean" value={formatMetric(facts.mean)} />
        <Stat label="Median" value={formatMetric(facts.median)} />
        <Stat label="Without a hit" value={formatPercent(facts.zeroShare)} />
      </StatList>
      <Histogram
        title={`Distribution of ${name}`}
        edges={facts.histogram.edges}
        counts={facts.histogram.counts}
        xLabel={name}
        yLabel="users, log scale"
        logY
        height={280}
        summary={`${name} of ${formatCount(facts.users)} test users: mean ${formatMetric(facts.mean)}, median ${formatMetric(facts.median)}; ${formatPercent(facts.zeroShare)} of them have no hit.`}
      />
    </>
  );
}
