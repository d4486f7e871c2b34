import { memo, useMemo, useState } from 'react';
import { formatCount, formatNumber } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { Choice } from '../../ui/Field';
import { Columns } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { CurveChart } from '../../charts/CurveChart';
import { PointCloud } from '../../charts/PointCloud';
import type { PointColours } from '../../charts/pointColours';
import type { Point, Series } from '../../charts/series';
import type { Projection, Traits } from '../../domain/projection';
import { densitiesOf, ringOf, type Bandwidth, type NamedDensity } from './angles';
import { pointName, pointValue } from './rows';
import styles from './projection.module.css';

interface AnglePanelProps {
  readonly first: { readonly projection: Projection; readonly name: string };
  readonly second: { readonly projection: Projection; readonly name: string } | null;
  readonly colours: PointColours;
  readonly traits: Traits;
  readonly focused: number;
  readonly onFocus: (point: number) => void;
}

const BANDWIDTHS = [
  { value: 'scott', label: 'Scott’s rule' },
  { value: 'fixed', label: '0.1 rad' },
] as const;

const COLUMNS: readonly Column<NamedDensity>[] = [
  { id: 'name', header: 'Points', rowHeader: true, value: ({ name }) => name },
  {
    id: 'count',
    header: 'n',
    numeric: true,
    value: ({ angles }) => angles.length,
    cell: ({ angles }) => formatCount(angles.length),
  },
  {
    id: 'bandwidth',
    header: 'Bandwidth',
    numeric: true,
    value: ({ bandwidth }) => bandwidth,
    cell: ({ bandwidth }) => formatNumber(bandwidth, 3),
  },
  {
    id: 'resultant',
    header: 'Resultant',
    numeric: true,
    value: ({ resultant }) => resultant,
    cell: ({ resultant }) => resultant.toFixed(4),
  },
  {
    id: 'divergence',
    header: 'KL',
    numeric: true,
    value: ({ divergence }) => divergence,
    cell: ({ divergence }) => divergence.toFixed(4),
  },
];

/** How the points' directions are spread around the centre: on the unit circle, and as a density over the angle (MLLMRec, Figure 6). */
export const AnglePanel = memo(function AnglePanel({
  first,
  second,
  colours,
  traits,
  focused,
  onFocus,
}: AnglePanelProps) {
  const [bandwidth, setBandwidth] = useState<Bandwidth>('scott');
  const ring = useMemo(() => ringOf(first.projection), [first.projection]);
  const [of, name, besideOf, besideName] = [first.projection, first.name, second?.projection, second?.name];
  const densities = useMemo(
    () => [
      ...densitiesOf(of, besideOf ? name : '', bandwidth),
      ...(besideOf ? densitiesOf(besideOf, besideName ?? '', bandwidth) : []),
    ],
    [of, name, besideOf, besideName, bandwidth],
  );
  const series = useMemo(
    () =>
      densities.map((density): Series => ({
        name: density.name,
        kind: 'evaluation',
        points: Array.from(density.grid, (angle, i): Point => [angle, density.density[i] ?? NaN]),
      })),
    [densities],
  );
  return (
    <Panel
      title="Directions from the centre"
      note="centred points, scaled to length 1"
      actions={
        <Choice
          segments
          hideLabel
          label="Kernel bandwidth"
          value={bandwidth}
          options={BANDWIDTHS}
          onValueChange={setBandwidth}
        />
      }
    >
      <Columns min={240}>
        <PointCloud
          title="On the unit circle"
          points={ring}
          colours={colours}
          xLabel="cos θ"
          yLabel="sin θ"
          height={260}
          legend={false}
          summary={`Directions of ${formatCount(ring.x.length)} points on the unit circle.`}
          describe={(point) => [
            pointName(first.projection, traits, point),
            `θ = ${formatNumber(Math.atan2(ring.y[point] ?? NaN, ring.x[point] ?? NaN), 3)} rad, ${pointValue(colours, point)}`,
          ]}
          table={() => ({
            columns: ['cos', 'sin', 'angle_rad'],
            rows: Array.from(ring.x, (x, i) => [x, ring.y[i] ?? null, Math.atan2(ring.y[i] ?? NaN, x)]),
          })}
          focused={focused}
          onFocus={onFocus}
        />
        <CurveChart
          title="Density of the angle"
          series={series}
          xLabel="θ, radians"
          yLabel="per radian; 0.159 is uniform"
          cursorKey="angle-density"
          fromZero
          height={260}
          summary={densities
            .map(
              (density) =>
                `${density.name}: mean resultant length ${density.resultant.toFixed(4)}, divergence from uniform ${density.divergence.toFixed(4)} nats.`,
            )
            .join(' ')}
        />
      </Columns>
      <DataTable label="Spread of directions" columns={COLUMNS} rows={densities} rowId={({ name: id }) => id} />
      <p className={styles.note}>
        Gaussian kernels wrapped around the circle, with their bandwidth in radians. The mean resultant length is 0 if
        directions cancel and 1 if all are equal. KL is the divergence of the density from uniform, in nats.
      </p>
    </Panel>
  );
});
