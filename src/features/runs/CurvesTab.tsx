import { memo, useCallback, useMemo } from 'react';
import { formatCount, formatMetric, formatNumber } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import { CurveChart } from '../../charts/CurveChart';
import { isComputedAtOnce, modelTable } from '../../domain/models/catalogue';
import { metricLabel } from '../../domain/metrics';
import type { Finding } from '../../domain/observations';
import { baselinesOn } from '../../domain/baselines';
import { isActive, type RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { levelSeries, lossSeries, metricSeries, SHOWN_METRICS, type Curves } from '../readings/curves';
import { stageMarks, stageSwitch } from '../readings/observations';
import { stageRule } from '../routing/frames';
import { ResultTable } from './ResultTable';
import { ThirdPanel } from './ThirdPanel';
import { shownEpoch } from '../readings/words';
import styles from './runs.module.css';

interface CurvesTabProps {
  readonly run: RunSummary;
  readonly curves: Curves;
  readonly findings: readonly Finding[];
}

/** A switch of stages this early has left the first one no time. */
const EARLY_STEPS = 10;

/** Loss terms, ranking on validation and a third panel of choice over the same axis, with the result under them. */
export const CurvesTab = memo(function CurvesTab({ run, curves, findings }: CurvesTabProps) {
  const model = modelTable(run.experiment.model);
  const { epochs, stepsPerEpoch } = curves;
  const losses = useMemo(() => lossSeries(curves, model), [curves, model]);
  const runs = useRuns((state) => state.runs);
  const baselines = useMemo(
    () => baselinesOn(runs, run.experiment.dataset.fingerprint).filter(({ id }) => id !== run.id),
    [runs, run.experiment.dataset.fingerprint, run.id],
  );
  const ranking = useMemo(() => {
    const curves = { epochs, stepsPerEpoch };
    return [...metricSeries(curves, SHOWN_METRICS), ...levelSeries(curves, baselines)];
  }, [epochs, stepsPerEpoch, baselines]);
  const best = run.result?.bestEpoch ?? run.best?.epoch ?? null;
  const bestStep = best === null ? null : (epochs.find(({ epoch }) => epoch === best)?.step ?? null);
  const stages = useMemo(() => stageMarks({ epochs, stepsPerEpoch }), [epochs, stepsPerEpoch]);
  const marks = useMemo(
    () => [
      ...(best === null || bestStep === null
        ? []
        : [{ x: bestStep / stepsPerEpoch, label: `best epoch ${shownEpoch(best)}` }]),
      ...stages,
    ],
    [best, bestStep, stepsPerEpoch, stages],
  );
  const describeX = useCallback(
    (x: number) => `epoch ${formatNumber(x, 4)} · step ${formatCount(Math.round(x * stepsPerEpoch))}`,
    [stepsPerEpoch],
  );
  // To the end of the epoch in progress: within one, only charts with new points are drawn again.
  const xEnd = Math.ceil(Math.max(epochs.at(-1)?.step ?? 0, curves.intervals.at(-1)?.step ?? 0) / stepsPerEpoch);
  const shared = useMemo(
    () => ({ xLabel: 'epoch', cursorKey: run.id, describeX, xEnd, marks }),
    [run.id, describeX, xEnd, marks],
  );
  const switched = stageRule(run.experiment)?.kind === 'entropy' ? stageSwitch(curves) : null;
  const ended = !isActive(run.status) && run.status !== 'queued';
  const rankingSummary = rankingWords(run, best);
  const atOnce = isComputedAtOnce(run.experiment.model);

  return (
    <div className={styles.curves}>
      {switched !== null && switched <= EARLY_STEPS && (
        <Notice tone="warning" title={`Stage 2 began after step ${switched}, so coverage had no time to act.`}>
          A router that starts near uniform counts as covered at once. “Minimum coverage, epochs” makes stage 1 longer.
        </Notice>
      )}
      {atOnce ? (
        <p className={styles.note}>
          {model.name} is computed at once from the training interactions: it has no epochs and no loss.
        </p>
      ) : (
        <div className={styles.panels}>
          <div className={styles.panel}>
            <CurveChart
              {...shared}
              title="Loss terms"
              marks={stages}
              series={losses}
              yLabel="weighted mean per interval"
              emptyText={ended ? 'The run ended before its first interval.' : 'No interval has finished yet.'}
            />
          </div>
          <div className={styles.panel}>
            <CurveChart
              {...shared}
              title="Ranking, validation"
              series={ranking}
              yLabel="Recall, NDCG"
              emptyText={ended ? 'The run ended before its first evaluation.' : 'No evaluation has finished yet.'}
              {...(rankingSummary && { summary: rankingSummary })}
            />
          </div>
          <div className={styles.panel}>
            <ThirdPanel
              model={model}
              curves={curves}
              findings={findings}
              shared={shared}
              emptyText={ended ? 'The run ended within its first epoch.' : 'No epoch has finished yet.'}
            />
          </div>
        </div>
      )}
      <ResultTable
        run={run}
        baselines={baselines}
        validLiked={epochs.find(({ epoch }) => epoch === best)?.validLiked}
        findings={findings}
      />
    </div>
  );
});

function rankingWords(run: RunSummary, best: number | null): string | null {
  const valid = run.result?.valid ?? run.best?.valid;
  if (!valid || best === null) return null;
  return `Validation metrics per epoch; at the best epoch, ${shownEpoch(best)}: ${SHOWN_METRICS.map((key) => `${metricLabel(key)} ${formatMetric(valid[key])}`).join(', ')}.`;
}
