import { formatCount, formatNumber, formatPercent } from '../../ui/format';
import type { PointColours } from '../../charts/pointColours';
import type { Cell, ChartTable } from '../../charts/table';
import { entityLabel, idOf, nameOf, originalIds, type Scope } from '../../domain/entityNames';
import type { Projection, ProjectionMethod, Traits } from '../../domain/projection';

/** Names of the axes: with a component's share of the variance where there is one. */
export function axisLabels(
  method: ProjectionMethod,
  { explained }: Pick<Projection, 'explained'>,
): readonly [x: string, y: string] {
  if (method === 'umap') return ['UMAP 1', 'UMAP 2'];
  return [`PC 1 (${formatPercent(explained?.[0])})`, `PC 2 (${formatPercent(explained?.[1])})`];
}

const scopeOf = ({ users }: Pick<Projection, 'users'>, point: number): Scope => (point < users ? 'user' : 'item');

/** What a point is called: its original id and name, and its index where that is another number. */
export function pointName(projection: Projection, { labels }: Pick<Traits, 'labels'>, point: number): string {
  const index = projection.ids[point] ?? -1;
  const scope = scopeOf(projection, point);
  return `${entityLabel(labels, scope, index)}${originalIds(labels, scope) ? `, index ${index}` : ''}`;
}

export function pointValue(colours: PointColours, point: number): string {
  const value = cellOf(colours, point);
  return `${colours.label}: ${value === null ? colours.none || 'none' : typeof value === 'number' ? formatNumber(value) : value}`;
}

function cellOf(colours: PointColours, point: number): Cell {
  if (colours.kind === 'classes') return colours.names[colours.of[point] ?? -1] ?? null;
  const value = colours.values[point] ?? NaN;
  return Number.isFinite(value) ? value : null;
}

/** One row per point; users and items by their original ids, indices and names. */
export function pointTable(
  method: ProjectionMethod,
  projection: Projection,
  colours: PointColours,
  { labels }: Pick<Traits, 'labels'>,
): ChartTable {
  const { ids, x, y } = projection;
  return {
    columns: ['kind', 'id', 'index', 'name', ...axisLabels(method, projection), colours.label],
    rows: Array.from(ids, (index, point): Cell[] => {
      const scope = scopeOf(projection, point);
      return [
        scope,
        idOf(labels, scope, index),
        index,
        nameOf(labels, scope, index),
        x[point] ?? null,
        y[point] ?? null,
        cellOf(colours, point),
      ];
    }),
  };
}

/** Which points are drawn, in words: `600 items`, `a sample of 5,000 of 16,018 users and items`. */
export function pointsWords({ ids, of }: Projection): string {
  const all = of.users + of.items;
  const kinds = of.users === 0 ? 'items' : of.items === 0 ? 'users' : 'users and items';
  return ids.length < all
    ? `a sample of ${formatCount(ids.length)} of ${formatCount(all)} ${kinds}`
    : `${formatCount(all)} ${kinds}`;
}
