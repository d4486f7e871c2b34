import { HeatMap, type HeatMapProps } from '../../charts/HeatMap';
import { columnSums, rowSums } from '../../domain/routes';
import type { Family } from '../../domain/routing';
import { FAMILY_NAMES, groupName } from './expertNames';

/** `[groups][families]`; null where there is no such expert. */
export type ExpertCells = readonly (readonly (number | null)[])[];

type Shown = Pick<HeatMapProps, 'title' | 'summary'> &
  Partial<Pick<HeatMapProps, 'high' | 'selected' | 'onSelect' | 'height' | 'tools'>>;

interface ExpertMapProps extends Shown {
  readonly groups: readonly string[];
  readonly families: readonly Family[];
  /** `[groups][families]` */
  readonly cells: ExpertCells;
  readonly valueLabel?: string;
}

/** A routing as a heat map of anchors and families, with the sums of both. */
export function ExpertMap({ groups, families, cells, valueLabel = 'mean probability', ...shown }: ExpertMapProps) {
  return (
    <HeatMap
      {...shown}
      rows={groups.map(groupName)}
      columns={families.map((family) => FAMILY_NAMES[family])}
      values={cells}
      format={probabilityText}
      valueLabel={valueLabel}
      rowLabel="anchor"
      columnLabel="family"
      low={0}
      marginals={{
        rowsLabel: 'by anchor',
        rows: rowSums(cells),
        columnsLabel: 'by family',
        columns: columnSums(cells),
      }}
    />
  );
}

/** `.128` */
export const probabilityText = (value: number): string => value.toFixed(3).replace(/^0/, '');
