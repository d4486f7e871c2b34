import { expect, it } from 'vitest';
import type { DatasetLabels, DatasetStatistics } from '../../src/domain/dataset';
import type { Interactions } from '../../src/domain/interactions';
import { idTable, recommendationsCsv } from '../../src/sharing/idTable';
import { idMapping } from '../../src/sharing/mmrecDataset';
import { open } from '../../workers/formats/recognise';
import { named } from '../helpers/dataRoom';
import { sourceOf } from '../helpers/formatFixtures';
import { text } from '../helpers/dataBuilders';
import { openSuggested } from './layouts/world';

/** Ids that look like formulas, like guarded ones, and like neither. */
const IDS = [
  '=1+2',
  '+x',
  '-x',
  '@x',
  "'=x",
  "''-x",
  "'plain",
  '-5',
  '-1e-9',
  'a,b',
  'say "=1"',
  '=a,"b"',
  'two\n=lines',
];
const NAMES = IDS.map((id) => `${id} by name`);
const labels = {
  users: NAMES,
  items: NAMES,
  originalUsers: IDS,
  originalItems: IDS,
  itemCategories: null,
} satisfies DatasetLabels;
/** Three items for each user; an import refuses ids that are negative numbers. */
const ranked = [...IDS.keys()].filter((index) => !IDS[index]!.startsWith('-5') && !IDS[index]!.startsWith('-1e'));
const lists = {
  users: Int32Array.from(ranked),
  topItems: Int32Array.from(
    ranked.flatMap((_, at) => [0, 1, 2].map((rank) => ranked[(at + 4 * rank) % ranked.length]!)),
  ),
  topScores: new Float32Array(3 * ranked.length).fill(-0.5),
  cutoff: 3,
};
const pairs = Array.from(lists.topItems, (item, at) => `${IDS[ranked[Math.floor(at / 3)]!]} ${IDS[item]}`);

async function rowsOf(name: string, content: string): Promise<string[][]> {
  const opened = await open(sourceOf(name, text(content)), {});
  if (opened.kind !== 'table') throw new Error(opened.kind);
  const rows: string[][] = [];
  await opened.table.read({}, (cells) => void rows.push([...cells]));
  return rows;
}

it('ids and names of exported tables come back when these are read here', async () => {
  const table = idTable('user', IDS.length, labels);
  expect(table).toContain("\n0,'=1+2,'=1+2 by name\n");
  expect(await rowsOf('users.csv', table)).toEqual(IDS.map((id, index) => [String(index), id, NAMES[index]]));
  const recommended = await rowsOf('recommendations.csv', recommendationsCsv(lists, labels));
  expect(recommended.map(([user, , item]) => `${user} ${item}`)).toEqual(pairs);
});

it('other tables are read as they are', async () => {
  expect(await rowsOf('other.csv', "user,item\n'=x,'-y\n''@z,w\n")).toEqual([
    ["'=x", "'-y"],
    ["''@z", 'w'],
  ]);
});

it('exported lists can be imported as a dataset with the same ids', async () => {
  const stored = await openSuggested([named('recommendations.csv', recommendationsCsv(lists, labels))]);
  expect(new Set(stored.rows.map(({ pair }) => pair))).toEqual(new Set(pairs));
});

it('the mapping of a dataset that is exported for MMRec gives the ids back', async () => {
  const counts = { statistics: { users: 0, items: IDS.length } as DatasetStatistics, features: [] };
  const mapping = idMapping('item', counts, { items: new Int32Array() } as Interactions, labels)!;
  expect(mapping).toContain("\n'=1+2\t0\n");
  expect((await rowsOf('i_id_mapping.csv', mapping)).map(([id]) => id)).toEqual(IDS);
});
