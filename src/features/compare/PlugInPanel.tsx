import { memo, useMemo } from 'react';
import { formatMeanSd } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { Panel } from '../../ui/Panel';
import { PaperButtons } from '../../charts/PaperButtons';
import type { PaperTable } from '../../charts/paperTable';
import type { Cell, ChartTable } from '../../charts/table';
import { bestTwo } from '../../domain/comparison';
import { PLAIN, type PlugInGrid } from '../../domain/plugInGrid';
import { improvementText } from './resultRows';
import styles from './compare.module.css';

interface PlugInPanelProps {
  readonly grid: PlugInGrid;
  /** The metric's name. */
  readonly name: string;
  readonly dataset: string;
}

type GridRow = PlugInGrid['rows'][number];

/** Backbones with and without a component of another model, and what it brings them. */
export const PlugInPanel = memo(function PlugInPanel({ grid, name, dataset }: PlugInPanelProps) {
  const columns = useMemo(
    (): readonly Column<GridRow>[] => [
      { id: 'backbone', header: 'Backbone', rowHeader: true, value: ({ backbone }) => backbone },
      ...grid.enhancers.map((enhancer, i): Column<GridRow> => ({
        id: enhancer,
        header: enhancer,
        numeric: true,
        value: ({ cells }) => cells[i]?.metric.mean ?? null,
        cell: ({ cells }) => {
          const cell = cells[i];
          if (!cell) return 'n/a';
          const text = formatMeanSd(cell.metric.mean, cell.metric.sd);
          return (
            <>
              {bestOf(cells).includes(i) ? <strong title="best of the row">{text}</strong> : text}
              {cell.improvement !== null && <span className={styles.small}>{improvementText(cell.improvement)}</span>}
            </>
          );
        },
      })),
    ],
    [grid],
  );
  return (
    <Panel
      title="Plug-ins"
      note={`${name}, test; relative to the plain backbone`}
      actions={
        <PaperButtons title="Plug-ins" paper={() => gridPaper(grid, name, dataset)} data={() => gridTable(grid)} />
      }
    >
      <DataTable label="Backbones by enhancer" columns={columns} rows={grid.rows} rowId={({ backbone }) => backbone} />
    </Panel>
  );
});

const bestOf = (cells: GridRow['cells']): readonly number[] =>
  bestTwo(cells.map((cell) => cell?.metric.mean ?? null)).best;

export function gridPaper({ enhancers, rows }: PlugInGrid, name: string, dataset: string): PaperTable {
  return {
    caption: `${name} on ${dataset} of backbones with and without a component; in brackets: relative to the plain backbone. Mean and standard deviation over seeds.`,
    columns: ['Backbone', ...enhancers],
    rows: rows.map(({ backbone, cells }) => [
      { text: backbone },
      ...cells.map((cell, i) => ({
        text: cell
          ? `${formatMeanSd(cell.metric.mean, cell.metric.sd)}${cell.improvement === null ? '' : ` (${improvementText(cell.improvement)})`}`
          : 'n/a',
        place: bestOf(cells).includes(i) ? ('best' as const) : null,
      })),
    ]),
  };
}

export function gridTable({ enhancers, rows }: PlugInGrid): ChartTable {
  return {
    columns: [
      'backbone',
      ...enhancers.flatMap((name) => [`${name}_mean`, `${name}_sd`, ...(name === PLAIN ? [] : [`${name}_relative`])]),
    ],
    rows: rows.map(({ backbone, cells }): Cell[] => [
      backbone,
      ...enhancers.flatMap((name, i): Cell[] => [
        cells[i]?.metric.mean ?? null,
        cells[i]?.metric.sd ?? null,
        ...(name === PLAIN ? [] : [cells[i]?.improvement ?? null]),
      ]),
    ]),
  };
}
