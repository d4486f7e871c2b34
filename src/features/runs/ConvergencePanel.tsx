import { memo, useCallback, useMemo } from 'react';
import { formatMetric, formatNumber, formatSeconds } from '../../ui/format';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { CurveChart } from '../../charts/CurveChart';
import type { Series } from '../../charts/series';
import { convergenceOf, stoppingMetric, timeUnit, type TimedValue } from '../../domain/efficiency';
import { metricLabel } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import type { Curves } from '../readings/curves';
import { shownEpoch } from '../readings/words';

/** How fast the run got good: when it first reached 95 % of its best, and the metric against time (MAGNET, Table 7 and Figure 12). */
export const ConvergencePanel = memo(function ConvergencePanel({
  run,
  curves,
}: {
  readonly run: RunSummary;
  readonly curves: Curves;
}) {
  const { config } = run.experiment;
  const bestEpoch = run.result?.bestEpoch ?? run.best?.epoch ?? null;
  const { evaluations, best, t95, lastEpoch } = useMemo(
    () => convergenceOf(curves.epochs, config, bestEpoch),
    [curves.epochs, config, bestEpoch],
  );
  const { metric, relevant } = stoppingMetric(config);
  const name = `${metricLabel(metric)}, validation${relevant === 'liked' ? ', liked only' : ''}`;
  const unit = timeUnit(evaluations[evaluations.length - 1]?.seconds ?? 0);
  const series = useMemo(
    (): Series[] =>
      evaluations.length === 0
        ? []
        : [
            {
              name: `${name} against time`,
              kind: 'evaluation',
              points: evaluations.map(({ seconds, value }) => [seconds / unit.seconds, value]),
            },
          ],
    [evaluations, name, unit.seconds],
  );
  const marks = useMemo(
    () => [
      ...(t95 ? [{ x: t95.seconds / unit.seconds, label: 't95' }] : []),
      ...(best && best !== t95 ? [{ x: best.seconds / unit.seconds, label: 'best' }] : []),
    ],
    [t95, best, unit.seconds],
  );
  const describeX = useCallback((x: number) => `${formatNumber(x, 4)} ${unit.label}`, [unit.label]);
  return (
    <Panel title="Convergence" note={name}>
      <StatList>
        <Stat
          label="t95"
          value={formatSeconds(t95?.seconds)}
          note={t95 ? `epoch ${shownEpoch(t95.epoch)}: first at 95 % of the best` : 'first at 95 % of the best'}
        />
        <Stat
          label="Best epoch"
          value={epochText(best)}
          note={best ? `${formatMetric(best.value)} after ${formatSeconds(best.seconds)}` : undefined}
        />
        <Stat label="Last epoch" value={lastEpoch === null ? '–' : shownEpoch(lastEpoch)} />
      </StatList>
      <CurveChart
        title={`${name} against time`}
        series={series}
        xLabel={unit.label}
        yLabel={metricLabel(metric)}
        cursorKey={`${run.id} convergence`}
        marks={marks}
        describeX={describeX}
        height={176}
        emptyText="No evaluation yet."
      />
    </Panel>
  );
});

const epochText = (value: TimedValue | null): string => (value ? String(shownEpoch(value.epoch)) : '–');
