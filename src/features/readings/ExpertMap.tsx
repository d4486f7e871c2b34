import { useMemo } from 'react';
import { HeatMap, type HeatMapProps } from '../../charts/HeatMap';
import type { HeatMapContent } from '../../charts/heatMapFigure';
import { columnSums, evenShare, ratioReach, rowSums } from '../../domain/routes';
import type { Family } from '../../domain/routing';
import { FAMILY_NAMES, groupName } from './expertNames';

/** `[groups][families]`; null where there is no such expert. */
export type ExpertCells = readonly (readonly (number | null)[])[];

type Shown = Pick<HeatMapProps, 'title' | 'summary'> &
  Partial<Pick<HeatMapProps, 'selected' | 'onSelect' | 'height' | 'tools'>>;

interface ExpertMapProps extends Shown {
  readonly groups: readonly string[];
  readonly families: readonly Family[];
  /** `[groups][families]` */
  readonly cells: ExpertCells;
  readonly valueLabel?: string;
  /** Times an even share at the end of the scale; by default what these cells need. */
  readonly reach?: number;
}

/** What a heat map of a routing shows, on the page and on paper. */
export const expertMapContent = ({
  title,
  groups,
  families,
  cells,
  valueLabel = 'mean probability',
  reach,
}: Pick<ExpertMapProps, 'title' | 'groups' | 'families' | 'cells' | 'valueLabel' | 'reach'>): HeatMapContent => ({
  title,
  rows: groups.map(groupName),
  columns: families.map((family) => FAMILY_NAMES[family]),
  values: cells,
  format: probabilityText,
  valueLabel,
  rowLabel: 'anchor',
  columnLabel: 'family',
  ratio: {
    middle: evenShare(cells),
    reach: reach ?? ratioReach([cells]),
    words: `less than an even share (${probabilityText(evenShare(cells))}) … more`,
    label: 'of an even share',
  },
  marginals: { rowsLabel: 'by anchor', rows: rowSums(cells), columnsLabel: 'by family', columns: columnSums(cells) },
});

/** A routing as a heat map of anchors and families, around an even share, with the sums of both. */
export function ExpertMap({ title, groups, families, cells, valueLabel, reach, ...shown }: ExpertMapProps) {
  const content = useMemo(
    () =>
      expertMapContent({
        title,
        groups,
        families,
        cells,
        ...(valueLabel !== undefined && { valueLabel }),
        ...(reach !== undefined && { reach }),
      }),
    [title, groups, families, cells, valueLabel, reach],
  );
  return <HeatMap {...shown} {...content} />;
}

/** `.128` */
export const probabilityText = (value: number): string => value.toFixed(3).replace(/^0/, '');
