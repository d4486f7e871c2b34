import { at } from '../domain/at';
import { csvText, ID_TABLE_HEADER, RECOMMENDATIONS_HEADER } from '../domain/csv';
import { idOf, nameOf, type EntityLabels, type Scope } from '../domain/entityNames';

/** The file's name. */
export const idTableName = (scope: Scope): string => `${scope}s.csv`;

/** What indices mean in the files beside: `index,id,name`, one line per user or item, names empty where there are none. */
export function idTable(scope: Scope, count: number, labels: EntityLabels | null): string {
  const lines = Array.from(
    { length: count },
    (_, index) => `${index},${csvText(idOf(labels, scope, index))},${csvText(nameOf(labels, scope, index) ?? '')}\n`,
  );
  return `${ID_TABLE_HEADER.join(',')}\n${lines.join('')}`;
}

/** The test split's users with their best items, `[users, cutoff]`, −1 where a user has fewer. */
export interface RankedLists {
  readonly users: Int32Array;
  readonly topItems: Int32Array;
  readonly topScores: Float32Array;
  readonly cutoff: number;
}

/** One line per user and rank, ranks from 1: original ids under `user` and `item`, their indices at the end. */
export function recommendationsCsv(
  { users, topItems, topScores, cutoff }: RankedLists,
  labels: EntityLabels | null,
): string {
  const lines = [RECOMMENDATIONS_HEADER.join(',')];
  users.forEach((user, row) => {
    const id = csvText(idOf(labels, 'user', user));
    for (let rank = 0; rank < cutoff; rank++) {
      const item = at(topItems, row * cutoff + rank);
      if (item < 0) break;
      const score = at(topScores, row * cutoff + rank).toPrecision(7);
      lines.push(`${id},${rank + 1},${csvText(idOf(labels, 'item', item))},${score},${user},${item}`);
    }
  });
  return `${lines.join('\n')}\n`;
}
