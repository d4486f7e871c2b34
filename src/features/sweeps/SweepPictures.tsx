import { type PictureProps } from './pictureProps';
import { useMemo, useState } from 'react';
import { Choice, Field, Select } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import type { MetricKey } from '../../domain/metrics';
import type { Config } from '../../domain/models/table';
import type { RunSummary, Sweep, SweepAxis } from '../../domain/run';
import { axisName, bestPoint, valueName, type Measured, type PointRow } from './points';
import { sliceAt, suitingPicture, variedAxes, type Picture } from './pictures';
import { SweepHeatMap } from './SweepHeatMap';
import { SweepLines } from './SweepLines';
import { SweepParallel } from './SweepParallel';
import styles from './sweeps.module.css';

interface SweepPicturesProps {
  readonly sweep: Sweep;
  readonly rows: readonly PointRow[];
  /** Any run of the sweep: its model names the axes. */
  readonly first: RunSummary;
  readonly metric: MetricKey;
  readonly where: Measured;
}

const PICTURES: readonly { readonly value: Picture; readonly label: string }[] = [
  { value: 'line', label: 'Line' },
  { value: 'heatMap', label: 'Heat map' },
  { value: 'parallel', label: 'Parallel coordinates' },
];

/** The picture that suits the sweep, another on demand; axes that it does not show stand at a value that a person sees and sets. */
export function SweepPictures({ sweep, rows, first, metric, where }: SweepPicturesProps) {
  const varied = useMemo(() => variedAxes(sweep), [sweep]);
  const [picture, setPicture] = useState<Picture>(() => suitingPicture(varied));
  const [places, setPlaces] = useState<readonly [string, string]>([varied[0]?.key ?? '', varied[1]?.key ?? '']);
  const [chosen, setChosen] = useState<Config>({});
  const count = picture === 'line' ? 1 : picture === 'heatMap' ? 2 : varied.length;
  const keys: readonly string[] = picture === 'parallel' ? varied.map(({ key }) => key) : places.slice(0, count);
  const shown = keys.flatMap((key) => varied.find((axis) => axis.key === key) ?? []);
  const others = varied.filter((axis) => !shown.includes(axis));
  const best = bestPoint(rows, where, metric);
  const fixed = Object.fromEntries(
    others.map(({ key, values }) => [key, chosen[key] ?? best?.values[key] ?? values[0] ?? '']),
  );
  const slice = sliceAt(rows, others, fixed);
  // Choosing the other axis's option exchanges the two.
  const put = (place: 0 | 1, key: string): void => {
    const other = places[1 - place] ?? '';
    const left = other === key ? (places[place] ?? '') : other;
    setPlaces(place === 0 ? [key, left] : [left, key]);
  };
  const names = varied.map((axis) => ({ value: axis.key, label: axisName(first, axis) }));
  const common: PictureProps = { rows: slice, first, metric, where };
  const [one, two] = shown;
  return (
    <Panel
      title="Chart"
      note={
        others.length > 0
          ? `${others.map(({ key }) => `${key}=${valueName(fixed[key])}`).join(', ')}: ${slice.length} of ${rows.length} points`
          : null
      }
      actions={
        varied.length > 1 && (
          <Choice
            segments
            hideLabel
            label="Kind of chart"
            value={picture}
            options={PICTURES}
            onValueChange={setPicture}
          />
        )
      }
    >
      {varied.length > 1 && picture !== 'parallel' && (
        <div className={styles.controls}>
          <Field label={picture === 'line' ? 'x axis' : 'Rows'}>
            {(control) => (
              <Select {...control} value={keys[0] ?? ''} options={names} onValueChange={(key) => put(0, key)} />
            )}
          </Field>
          {picture === 'heatMap' && (
            <Field label="Columns">
              {(control) => (
                <Select {...control} value={keys[1] ?? ''} options={names} onValueChange={(key) => put(1, key)} />
              )}
            </Field>
          )}
          {others.map((axis) => (
            <Fixed
              key={axis.key}
              axis={axis}
              name={axisName(first, axis)}
              value={valueName(fixed[axis.key])}
              onValue={(value) => setChosen({ ...chosen, [axis.key]: value })}
            />
          ))}
        </div>
      )}
      {picture === 'line' && one && <SweepLines {...common} axis={one} />}
      {picture === 'heatMap' && one && two && <SweepHeatMap {...common} down={one} across={two} />}
      {picture === 'parallel' && <SweepParallel {...common} axes={shown} />}
    </Panel>
  );
}

function Fixed({
  axis,
  name,
  value,
  onValue,
}: {
  readonly axis: SweepAxis;
  readonly name: string;
  readonly value: string;
  readonly onValue: (value: SweepAxis['values'][number]) => void;
}) {
  return (
    <Field label={`${name}, fixed`}>
      {(control) => (
        <Select
          {...control}
          value={value}
          options={axis.values.map((one) => ({ value: valueName(one), label: valueName(one) }))}
          onValueChange={(next) => {
            const found = axis.values.find((one) => valueName(one) === next);
            if (found !== undefined) onValue(found);
          }}
        />
      )}
    </Field>
  );
}
