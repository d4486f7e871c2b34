import { describe, expect, it } from 'vitest';
import { toCsv } from '../../src/charts/table';
import { csvText } from '../../src/domain/csv';
import { entityLabel, idAndName, idFinder, idOf, nameOf, type EntityLabels } from '../../src/domain/entityNames';
import { idTable, recommendationsCsv } from '../../src/sharing/idTable';

const shop: EntityLabels = {
  users: null,
  items: ['Red hat', 'B002', ''],
  originalUsers: ['17', '3'],
  originalItems: ['B004', 'B002', '9'],
};

/** The cells of RFC 4180, read without the code under test. */
function cellsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('what stands for an index', () => {
  it('is the id that came in, with the name where there is another one', () => {
    expect([0, 1, 2].map((item) => idAndName(shop, 'item', item))).toEqual(['B004, Red hat', 'B002', '9']);
    expect([0, 1, 2].map((item) => entityLabel(shop, 'item', item))).toEqual(['B004, Red hat', 'B002', 'item 9']);
    expect(nameOf(shop, 'item', 1)).toBeNull();
    expect(entityLabel(shop, 'user', 0)).toBe('user 17');
    expect(idOf({ ...shop, originalItems: null }, 'item', 1)).toBe('1');
    expect(idOf(null, 'user', 5)).toBe('5');
    expect(entityLabel({ ...shop, originalItems: null }, 'item', 0)).toBe('item 0, Red hat');
    // A name that ends in the id needs it no second time; one that ends in a longer number does.
    const groups = { ...shop, users: ['text-driven 0', 'looks-driven 11'], originalUsers: null };
    expect([0, 1].map((user) => entityLabel(groups, 'user', user))).toEqual([
      'text-driven 0',
      'user 1, looks-driven 11',
    ]);
  });

  it('is found by the id, and by the index only where that is the id', () => {
    const find = idFinder(shop, 'user', 2);
    expect([' 17 ', '3', '0', '1', 'ann'].map(find)).toEqual([0, 1, null, null, null]);
    expect(['0', '4', '5', '-1', '', '1.0'].map(idFinder(null, 'item', 5))).toEqual([0, 4, null, null, null, null]);
  });
});

describe('files that speak of indices', () => {
  const lists = {
    users: Int32Array.of(1, 0),
    topItems: Int32Array.of(2, 0, 1, 1, -1, -1),
    topScores: Float32Array.of(3, 0.1, -2e-9, 12345.678, -3.4e38, -3.4e38),
    cutoff: 3,
  };

  it('recommendations: original ids, a line per user and rank, none where a list has ended', () => {
    expect(recommendationsCsv(lists, shop)).toBe(
      'user,rank,item,score,user_index,item_index\n' +
        '3,1,9,3.000000,1,2\n3,2,B004,0.1000000,1,0\n3,3,B002,-2.000000e-9,1,1\n17,1,B002,12345.68,0,1\n',
    );
    expect(recommendationsCsv({ ...lists, users: new Int32Array(0) }, shop)).toBe(
      'user,rank,item,score,user_index,item_index\n',
    );
    expect(recommendationsCsv(lists, null).split('\n')[1]).toBe('1,1,2,3.000000,1,2');
  });

  it('the mapping: every index, with its id and name', () => {
    expect(idTable('item', 3, shop)).toBe('index,id,name\n0,B004,Red hat\n1,B002,\n2,9,\n');
    expect(idTable('user', 2, null)).toBe('index,id,name\n0,0,\n1,1,\n');
  });

  it('ids survive commas, quotes and line breaks, and are no formulas', () => {
    const ids = [
      'a,b',
      'say "hi"',
      'two\nlines',
      '=1+2',
      '+x',
      '-x',
      '@x',
      '\tx',
      "'=x",
      "'plain",
      '-5',
      '+1.5',
      'Größe',
    ];
    const labels: EntityLabels = { users: ids, items: null, originalUsers: ids, originalItems: null };
    const rows = cellsOf(idTable('user', ids.length, labels)).slice(1);
    expect(rows.map(([index]) => Number(index))).toEqual(ids.map((_, index) => index));
    expect(rows.filter(([, id]) => /^[=+\-@\t]/.test(id!)).map(([, id]) => id)).toEqual(['-5', '+1.5']);
    expect(rows.map(([, id]) => id!.replace(/^'(?='*[=+\-@\t])/, ''))).toEqual(ids);
    expect(csvText('=cmd,"x"')).toBe(`"'=cmd,""x"""`);
  });

  it('tables guard every text, and leave numbers alone', () => {
    const table = {
      columns: ['id', '=HYPERLINK("x")', 'x'],
      rows: [
        ['=a', '−b', -1],
        ['@b', '-c', null],
        ['\r=1', '\n+1', -0.5],
        ['-0.5', '+27.3 %', -1e-9],
        ['-1e-9', '-.5', 2],
      ] as const,
    };
    expect(toCsv(table)).toBe(
      `id,"'=HYPERLINK(""x"")",x\r\n'=a,−b,-1\r\n'@b,'-c,\r\n"'\r=1","'\n+1",-0.5\r\n-0.5,+27.3 %,-1e-9\r\n-1e-9,-.5,2\r\n`,
    );
  });
});
