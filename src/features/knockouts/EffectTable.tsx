import { useMemo } from 'react';
import { knockoutKey, knockoutName, type KnockoutChoices, type KnockoutReport } from '../../domain/knockouts';
import { metricLabel } from '../../domain/metrics';
import type { UserMetric } from '../../domain/userResults';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { formatMetric } from '../../ui/format';
import { fallWords, massOf } from './rows';

interface EffectTableProps {
  readonly report: KnockoutReport;
  readonly choices: KnockoutChoices;
  readonly metric: UserMetric;
  /** The key of the one that is looked at. */
  readonly looked: string | null;
  readonly onLook: (key: string) => void;
}

interface Row {
  readonly key: string;
  readonly name: string;
  readonly mass: number | null;
  readonly valid: number;
  readonly test: number;
  readonly fall: number;
  readonly words: string;
}

/** Every knock-out so far, the largest fall first. */
export function EffectTable({ report, choices, metric, looked, onLook }: EffectTableProps) {
  const rows = useMemo(
    () =>
      report.effects.map((effect): Row => ({
        key: knockoutKey(effect.knockout),
        name: knockoutName(effect.knockout, choices.experts),
        mass: massOf(report, effect),
        valid: effect.valid[metric],
        test: effect.test[metric],
        fall: effect.fall[metric].mean,
        words: fallWords(effect.fall[metric]),
      })),
    [report, choices, metric],
  );
  const columns = useMemo(
    () =>
      columnsOf(
        metric,
        rows.some(({ mass }) => mass !== null),
        onLook,
      ),
    [metric, rows, onLook],
  );
  return (
    <DataTable
      label="Knock-outs"
      columns={columns}
      rows={rows}
      rowId={({ key }) => key}
      isCurrent={({ key }) => key === looked}
      initialSort={{ id: 'fall', descending: true }}
    />
  );
}

function columnsOf(metric: UserMetric, masses: boolean, onLook: (key: string) => void): readonly Column<Row>[] {
  const label = metricLabel(metric);
  return [
    { id: 'name', header: 'Without', rowHeader: true, value: ({ name }) => name },
    ...(masses
      ? [
          {
            id: 'mass',
            header: 'π̄, test',
            numeric: true,
            value: ({ mass }: Row) => mass,
            cell: ({ mass }: Row) => formatMetric(mass),
          },
        ]
      : []),
    {
      id: 'valid',
      header: `${label}, validation`,
      numeric: true,
      wideOnly: true,
      value: ({ valid }) => valid,
      cell: ({ valid }) => formatMetric(valid),
    },
    { id: 'test', header: 'Test', numeric: true, value: ({ test }) => test, cell: ({ test }) => formatMetric(test) },
    {
      id: 'fall',
      header: 'Fall on test (95 % interval)',
      numeric: true,
      value: ({ fall }) => fall,
      cell: ({ words }) => words,
    },
    {
      id: 'look',
      header: 'Look closer',
      hideHeader: true,
      sortable: false,
      value: () => null,
      cell: ({ key, name }) => (
        <Button small variant="quiet" aria-label={`Who loses without ${name}`} onClick={() => onLook(key)}>
          Who loses
        </Button>
      ),
    },
  ];
}
