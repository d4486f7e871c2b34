/** A cell of a heat map, by its place. */
export interface HeatMapCell {
  readonly row: number;
  readonly column: number;
}

/** The cell that a key leads to; null for other keys. */
export function neighbour(
  key: string,
  { row, column }: HeatMapCell,
  rows: number,
  columns: number,
): HeatMapCell | null {
  switch (key) {
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column };
    case 'ArrowDown':
      return { row: Math.min(rows - 1, row + 1), column };
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) };
    case 'ArrowRight':
      return { row, column: Math.min(columns - 1, column + 1) };
    case 'Home':
      return { row, column: 0 };
    case 'End':
      return { row, column: columns - 1 };
    default:
      return null;
  }
}
