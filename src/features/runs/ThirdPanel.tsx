import { memo, useMemo, useState, type ReactNode } from 'react';
import { Select } from '../../ui/Field';
import { CurveChart, type CurveChartProps } from '../../charts/CurveChart';
import type { ModelTable } from '../../domain/models/table';
import type { Finding, Observation } from '../../domain/observations';
import { thirdSeries, type Curves, type ThirdView } from '../readings/curves';
import { EpochHistogram } from './EpochHistogram';
import { observedSeries, partNames, partsSeries } from '../readings/observations';
import { panelChoices } from './thirdPanel';
import styles from './runs.module.css';

/** What all charts of the tab have in common: axis, cursor, marks. */
export type SharedChartProps = Pick<CurveChartProps, 'xLabel' | 'cursorKey' | 'describeX' | 'xEnd' | 'marks'>;

interface ThirdPanelProps {
  readonly model: ModelTable;
  readonly curves: Curves;
  readonly findings: readonly Finding[];
  readonly shared: SharedChartProps;
  readonly emptyText: string;
}

/** What this model is about: its own observations, or a view of choice. */
export const ThirdPanel = memo(function ThirdPanel({ model, curves, findings, shared, emptyText }: ThirdPanelProps) {
  const [wanted, setWanted] = useState<string | null>(null);
  const choices = useMemo(() => panelChoices(model, curves), [model, curves]);
  const choice = choices.find(({ value }) => value === wanted) ?? choices[0];
  if (!choice) return null;
  const heading = (
    <Select
      aria-label="What the third panel shows"
      className={styles.smallSelect}
      value={choice.value}
      options={choices}
      onValueChange={setWanted}
    />
  );
  const { shows } = choice;
  if (shows.kind === 'view')
    return (
      <ViewChart
        view={shows.view}
        label={choice.label}
        unit={shows.unit}
        curves={curves}
        shared={shared}
        emptyText={emptyText}
        heading={heading}
      />
    );
  const half = shows.observations.length > 1;
  return (
    <>
      {shows.observations.map((observation, place) => (
        <ObservedChart
          key={observation.key}
          observation={observation}
          model={model}
          curves={curves}
          findings={findings}
          shared={shared}
          emptyText={emptyText}
          height={half ? 132 : 288}
          heading={place === 0 ? heading : null}
        />
      ))}
      {!half && <p className={styles.note}>{shows.observations[0]?.help}</p>}
    </>
  );
});

type ChartProps = Pick<ThirdPanelProps, 'curves' | 'shared' | 'emptyText'> & { readonly heading: ReactNode };

function ViewChart({
  view,
  label,
  unit,
  curves,
  shared,
  emptyText,
  heading,
}: ChartProps & { readonly view: ThirdView; readonly label: string; readonly unit: string }) {
  const { epochs, stepsPerEpoch } = curves;
  const series = useMemo(() => thirdSeries({ epochs, stepsPerEpoch }, view), [epochs, stepsPerEpoch, view]);
  return <CurveChart {...shared} title={label} series={series} yLabel={unit} emptyText={emptyText} heading={heading} />;
}

const NO_POINTS: Curves['intervals'] = [];

type ObservedChartProps = ChartProps &
  Pick<ThirdPanelProps, 'model' | 'findings'> & { readonly observation: Observation; readonly height: number };

function ObservedChart({
  observation,
  model,
  curves,
  findings,
  shared,
  emptyText,
  height,
  heading,
}: ObservedChartProps) {
  const { epochs, intervals, stepsPerEpoch } = curves;
  // What has no points between epochs is not drawn again between them.
  const points = intervals.some(({ observed }) => observed?.[observation.key] !== undefined) ? intervals : NO_POINTS;
  const series = useMemo(() => {
    const known: Curves = { epochs, intervals: points, stepsPerEpoch };
    if (observation.kind === 'curve') return observedSeries(known, observation);
    return observation.kind === 'parts'
      ? partsSeries(known, observation.key, partNames(observation.key, findings, known, model))
      : [];
  }, [observation, epochs, points, stepsPerEpoch, findings, model]);
  if (observation.kind === 'histogram')
    return <EpochHistogram observation={observation} curves={curves} emptyText={emptyText} heading={heading} />;
  const yLabel =
    heading === null ? '' : observation.kind === 'parts' ? 'share' : (observation.unit ?? observation.title);
  return (
    <CurveChart
      {...shared}
      title={observation.title}
      series={series}
      yLabel={yLabel}
      height={height}
      emptyText={emptyText}
      {...(heading !== null && { heading })}
    />
  );
}
