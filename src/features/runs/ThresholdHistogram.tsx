import { memo, useId, useMemo, useState } from 'react';
import { formatCount, formatNumber, formatPercent } from '../../ui/format';
import { Surface } from '../../ui/Panel';
import { Histogram } from '../../charts/Histogram';
import { countBelow, type Finding } from '../../domain/observations';
import type { Experiment } from '../../domain/run';
import { NewRunLike } from './NewRunLike';
import styles from './runs.module.css';

type Counted = Extract<Finding, { kind: 'histogram' }>;

interface ThresholdHistogramProps {
  readonly finding: Counted;
  readonly threshold: NonNullable<Counted['threshold']>;
  readonly experiment: Experiment;
}

const STEP = 0.01;

/** Similarities of edges, and a handle that tells what a threshold would drop (MLLMRec, Figure 1b). It starts where the run had it. */
export const ThresholdHistogram = memo(function ThresholdHistogram({
  finding,
  threshold,
  experiment,
}: ThresholdHistogramProps) {
  const id = useId();
  const { edges, counts, title } = finding;
  const configured = experiment.config[threshold.option];
  const used = typeof configured === 'number' ? configured : (threshold.value ?? 0);
  const [value, setValue] = useState(used);
  const marks = useMemo(
    () => [
      { x: Math.min(Math.max(value, edges[0] ?? 0), edges[edges.length - 1] ?? 1), label: `α ${value.toFixed(2)}` },
    ],
    [value, edges],
  );
  const all = counts.reduce((sum, count) => sum + count, 0);
  const below = Math.round(countBelow(edges, counts, value));
  const words = `${formatCount(below)} of ${formatCount(all)} edges (${formatPercent(below / Math.max(1, all))}) are below ${value.toFixed(2)} and would be dropped.`;
  return (
    <Surface>
      <Histogram
        title={title}
        edges={edges}
        counts={counts}
        marks={marks}
        xLabel={finding.axis}
        yLabel="edges"
        summary={`${title}: ${words}`}
      />
      <div className={styles.threshold}>
        <label htmlFor={id}>Threshold α</label>
        <input
          id={id}
          type="range"
          min={0}
          max={1}
          step={STEP}
          value={value}
          aria-valuetext={`${value.toFixed(2)}: ${words}`}
          onChange={(event) => setValue(Number(event.target.value))}
        />
        <output htmlFor={id}>{value.toFixed(2)}</output>
      </div>
      <p>{words}</p>
      <p className={styles.note}>
        {threshold.value === null
          ? 'This run dropped none because its threshold is off.'
          : `This run’s threshold is ${formatNumber(threshold.value)}.`}{' '}
        An item’s edge to itself is not counted.
      </p>
      {value !== used && (
        <div>
          <NewRunLike
            small
            label={`New run with α ${value.toFixed(2)}`}
            experiment={{
              ...experiment,
              config: { ...experiment.config, [threshold.option]: Number(value.toFixed(2)) },
            }}
          />
        </div>
      )}
    </Surface>
  );
});
