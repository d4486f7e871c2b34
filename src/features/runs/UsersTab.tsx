import { memo, useMemo, useState } from 'react';
import { formatCount, formatMetric, formatPercent } from '../../ui/format';
import { Choice } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Columns } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { Histogram } from '../../charts/Histogram';
import { metricLabel, type MetricKey, type PerUserMetrics } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import { median } from '../readings/curves';
import { standIn } from '../readings/findings';
import { useDetails } from './useDetails';
import { UserPanel } from './UserPanel';
import { ranked, unitHistogram } from './userRows';
import styles from './runs.module.css';

type UserMetric = Extract<MetricKey, 'recall@20' | 'ndcg@20'>;
const METRICS: readonly UserMetric[] = ['recall@20', 'ndcg@20'];
const RELEVANT = [
  { value: 'all', label: 'all held-out' },
  { value: 'liked', label: 'liked only' },
] as const;

/** How the test metrics are spread over users, and what one user was given. */
export const UsersTab = memo(function UsersTab({ run }: { readonly run: RunSummary }) {
  const state = useDetails(run);
  const [metric, setMetric] = useState<UserMetric>('recall@20');
  const [relevant, setRelevant] = useState<'all' | 'liked'>('all');
  if (state.name === 'loading') return <p className={styles.note}>Reading results per user …</p>;
  if (state.name === 'failed') return <FaultNotice fault={state.fault} />;
  const { details, interactions, labels } = state.value;
  if (!details)
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
              {details.perUserLiked && (
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
                options={METRICS.map((value) => ({ value, label: metricLabel(value) }))}
                onValueChange={setMetric}
              />
            </>
          }
        >
          <Distribution perUser={(relevant === 'liked' && details.perUserLiked) || details.perUser} metric={metric} />
        </Panel>
        <UserPanel details={details} metric={metric} interactions={interactions} labels={labels} />
      </Columns>
    </div>
  );
});

function Distribution({ perUser, metric }: { readonly perUser: PerUserMetrics; readonly metric: UserMetric }) {
  const facts = useMemo(() => {
    const values = perUser.values[metric];
    const order = ranked(values);
    const zeros = values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
    return {
      histogram: unitHistogram(values),
      users: values.length,
      mean: values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
      median: median(Array.from(order, (row) => values[row] ?? 0)),
      zeroShare: zeros / Math.max(1, values.length),
    };
  }, [perUser, metric]);
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
