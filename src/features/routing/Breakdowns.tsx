import { useMemo, useState } from 'react';
import { formatCount, formatNumber, plural } from '../../ui/format';
import { Columns } from '../../ui/Page';
import { Panel, Surface } from '../../ui/Panel';
import { Choice } from '../../ui/Field';
import { DataTable, type Column } from '../../ui/DataTable';
import { HeatMap } from '../../charts/HeatMap';
import type { RatioScale } from '../../charts/heatScale';
import { RadarChart } from '../../charts/RadarChart';
import { ratioReach, type BreakdownKey, type RoutedGroup, type RunRouting } from '../../domain/routes';
import { probabilityText } from '../readings/ExpertMap';
import { FAMILY_NAMES, groupName } from '../readings/expertNames';
import { BREAKDOWN_NAMES } from './names';
import { largestDifference } from './partedBy';
import styles from './routing.module.css';

/** Outlines that one radar can hold and still be told apart. */
const MOST_OUTLINES = 5;

/** A scale around an even share of rows that each sum to 1. */
function evenRatio(rows: readonly (readonly number[])[]): RatioScale {
  const middle = 1 / Math.max(1, rows[0]?.length ?? 1);
  const words = `less than an even share (${probabilityText(middle)}) … more`;
  return { middle, reach: ratioReach(rows.map((row) => [row])), words, label: 'of an even share' };
}

/** Experts, modalities and families of parts of the data: by split, popularity, activity, the groups that users' names tell, and category. */
export function Breakdowns({ routing }: { readonly routing: RunRouting }) {
  const [key, setKey] = useState<BreakdownKey>('split');
  const breakdown = routing.breakdowns.find((one) => one.key === key) ?? routing.breakdowns[0];
  const { experts, groups, families } = routing;
  const columns = useMemo(() => columnsOf(), []);
  if (!breakdown) return null;
  const names = breakdown.groups.map(({ name }) => name);
  const reliances = breakdown.groups.map(({ reliance }) => reliance);
  const masses = breakdown.groups.map(({ familyMass }) => familyMass);
  const title = BREAKDOWN_NAMES[breakdown.key];
  const difference = largestDifference(breakdown, experts);
  return (
    <Panel
      title="Who is routed where"
      note={breakdown.key === 'split' ? 'all interactions' : 'validation and test interactions'}
      actions={
        <Choice
          segments
          hideLabel
          label="Parts of the data"
          value={breakdown.key}
          options={routing.breakdowns.map((one) => ({ value: one.key, label: BREAKDOWN_NAMES[one.key] }))}
          onValueChange={setKey}
        />
      }
      plain
    >
      {difference && <p className={styles.note}>{difference}</p>}
      <Columns min={340}>
        <Surface>
          <RadarChart
            title={`Experts, by ${title.toLowerCase()}`}
            axes={experts.map(({ name }) => name)}
            series={breakdown.groups
              .slice(0, MOST_OUTLINES)
              .map(({ name, statistics }) => ({ name, values: statistics.mean }))}
            valueLabel="mean probability"
            reference={1 / experts.length}
            summary={breakdown.groups
              .map(
                ({ name, pairs, statistics }) =>
                  `${name}: ${plural(pairs, 'pair')}, ${formatNumber(statistics.effective, 3)} effective experts`,
              )
              .join('; ')}
          />
          <p className={styles.note}>
            Mean probability of each expert, 0 in the centre. The dotted ring is an even share,{' '}
            {probabilityText(1 / experts.length)}.
          </p>
          {breakdown.groups.length > MOST_OUTLINES && (
            <p className={styles.note}>
              The first {MOST_OUTLINES} of {breakdown.groups.length} parts; the tables list all.
            </p>
          )}
        </Surface>
        <Surface>
          <HeatMap
            title="Modality reliance: share of each source in the mixture"
            summary={breakdown.groups
              .map(
                (group) =>
                  `${group.name}: ${groups.map((name, g) => `${name} ${formatNumber(group.reliance[g], 3)}`).join(', ')}`,
              )
              .join('; ')}
            rows={names}
            columns={groups.map(groupName)}
            values={reliances}
            format={probabilityText}
            valueLabel="reliance"
            rowLabel={title}
            columnLabel="modality"
            ratio={evenRatio(reliances)}
          />
          <HeatMap
            title="Family mass"
            summary={breakdown.groups
              .map(
                (group) =>
                  `${group.name}: ${families.map((family, f) => `${FAMILY_NAMES[family]} ${formatNumber(group.familyMass[f], 3)}`).join(', ')}`,
              )
              .join('; ')}
            rows={names}
            columns={families.map((family) => FAMILY_NAMES[family])}
            values={masses}
            format={probabilityText}
            valueLabel="mass"
            rowLabel={title}
            columnLabel="family"
            ratio={evenRatio(masses)}
          />
        </Surface>
      </Columns>
      <DataTable
        label={`Routing by ${title.toLowerCase()}`}
        columns={columns}
        rows={breakdown.groups}
        rowId={({ name }) => name}
      />
    </Panel>
  );
}

function columnsOf(): readonly Column<RoutedGroup>[] {
  const number = (id: string, header: string, value: (group: RoutedGroup) => number): Column<RoutedGroup> => ({
    id,
    header,
    numeric: true,
    value,
    cell: (group) => formatNumber(value(group), 3),
  });
  return [
    { id: 'name', header: 'Part', rowHeader: true, value: ({ name }) => name },
    {
      id: 'pairs',
      header: 'Pairs',
      numeric: true,
      value: ({ pairs }) => pairs,
      cell: ({ pairs }) => formatCount(pairs),
    },
    number('effective', 'N_eff', ({ statistics }) => statistics.effective),
    number('hhi', 'HHI', ({ statistics }) => statistics.hhi),
    number('diversity', 'Div', ({ statistics }) => statistics.diversity),
    number('winner', 'Winner Share', ({ statistics }) => statistics.winnerShare),
    number('top3', 'Top3Mass', ({ statistics }) => statistics.top3Mass),
    number('load', 'MaxLoad', ({ statistics }) => statistics.maxLoad),
    number('specialisation', 'SpecScore', ({ statistics }) => statistics.specialisation),
  ];
}
