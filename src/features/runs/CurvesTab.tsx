import { memo, useCallback, useMemo, useState } from 'react';
import { formatCount, formatMetric, formatNumber } from '../../app/format';
import { Select } from '../../app/primitives/Field';
import { CurveChart } from '../../charts/CurveChart';
import { modelTable } from '../../domain/models/catalogue';
import { metricLabel } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import { isActive } from '../../state/runs';
import { lossSeries, metricSeries, SHOWN_METRICS, THIRD_VIEWS, thirdSeries, type Curves, type ThirdView } from './curves';
import { ResultTable } from './ResultTable';
import { shownEpoch } from './words';
import styles from './runs.module.css';

interface CurvesTabProps {
  readonly run: RunSummary;
  readonly curves: Curves;
}

/** Loss terms, ranking on validation and a third panel of choice over the same axis, with the result under them. */
export const CurvesTab = memo(function CurvesTab({ run, curves }: CurvesTabProps) {
  const [third, setThird] = useState<ThirdView>('recall');
  const model = modelTable(run.experiment.model);
  const losses = useMemo(() => lossSeries(curves, model), [curves, model]);
  const ranking = useMemo(() => metricSeries(curves, SHOWN_METRICS), [curves]);
  const thirdLines = useMemo(() => thirdSeries(curves, third), [curves, third]);
  const best = run.result?.bestEpoch ?? run.best?.epoch ?? null;
  const bestStep = best === null ? null : (curves.epochs.find(({ epoch }) => epoch === best)?.step ?? null);
  const marks = useMemo(
    () => (best === null || bestStep === null ? [] : [{ x: bestStep / curves.stepsPerEpoch, label: `best epoch ${shownEpoch(best)}` }]),
    [best, bestStep, curves.stepsPerEpoch],
  );
  const describeX = useCallback(
    (x: number) => `epoch ${formatNumber(x, 4)} · step ${formatCount(Math.round(x * curves.stepsPerEpoch))}`,
    [curves.stepsPerEpoch],
  );
  const view = THIRD_VIEWS.find(({ value }) => value === third);
  const lastStep = Math.max(curves.epochs.at(-1)?.step ?? 0, curves.intervals.at(-1)?.step ?? 0);
  const shared = { xLabel: 'epoch', cursorKey: run.id, describeX, xEnd: lastStep / curves.stepsPerEpoch };
  const ended = !isActive(run.status) && run.status !== 'queued';
  const rankingSummary = rankingWords(run, best);

  return (
    <div className={styles.curves}>
      <div className={styles.panels}>
        <div className={styles.panel}>
          <CurveChart {...shared} title="Loss terms" series={losses} yLabel="weighted, mean of the interval" emptyText={ended ? 'The run ended before its first interval.' : 'The first interval has not ended yet.'} />
        </div>
        <div className={styles.panel}>
          <CurveChart
            {...shared}
            title="Ranking, validation"
            series={ranking}
            yLabel="Recall, NDCG"
            marks={marks}
            emptyText={ended ? 'The run ended before its first evaluation.' : 'The first evaluation has not ended yet.'}
            {...(rankingSummary && { summary: rankingSummary })}
          />
        </div>
        <div className={styles.panel}>
          <CurveChart
            {...shared}
            title={view?.label ?? 'Per epoch'}
            series={thirdLines}
            yLabel={view?.unit ?? ''}
            marks={marks}
            emptyText={ended ? 'The run ended within its first epoch.' : 'The first epoch has not ended yet.'}
            heading={<Select aria-label="What the third panel shows" className={styles.smallSelect} value={third} options={THIRD_VIEWS} onValueChange={setThird} />}
          />
        </div>
      </div>
      <ResultTable run={run} />
    </div>
  );
});

function rankingWords(run: RunSummary, best: number | null): string | null {
  const valid = run.result?.valid ?? run.best?.valid;
  if (!valid || best === null) return null;
  return `Validation metrics per epoch; at the best epoch, ${shownEpoch(best)}: ${SHOWN_METRICS.map((key) => `${metricLabel(key)} ${formatMetric(valid[key])}`).join(', ')}.`;
}
