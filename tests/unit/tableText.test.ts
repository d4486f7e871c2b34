import { describe, expect, it } from 'vitest';
import type { Table } from '../../workers/formats/format';
import { open } from '../../workers/formats/recognise';
import { blobSource } from '../../workers/formats/source';
import { numberOf, timeOf } from '../../workers/dataset/cellValues';

async function tableOf(content: string | readonly string[], name = 'a.csv'): Promise<Table> {
  const opened = await open(blobSource(name, new Blob(typeof content === 'string' ? [content] : [...content])), {});
  if (opened.kind !== 'table') throw new Error(opened.kind);
  return opened.table;
}

async function read(content: string): Promise<{ columns: readonly string[]; rows: string[][]; lines: number[] }> {
  const table = await tableOf(content);
  const rows: string[][] = [];
  const lines: number[] = [];
  await table.read({}, (cells, line) => {
    rows.push([...cells]);
    lines.push(line);
  });
  return { columns: table.columns, rows, lines };
}

describe('text tables', () => {
  it('with a quotation mark that is text', async () => {
    expect((await read('u\ti\tt\n1\t2\t"Heroes\n3\t4\t"Heroes"\n5\t6\t12"\n')).rows).toEqual([
      ['1', '2', '"Heroes'],
      ['3', '4', 'Heroes'],
      ['5', '6', '12"'],
    ]);
    expect((await read('u,i,t\n1,2,"a\n3,4,"b\n')).rows).toEqual([
      ['1', '2', '"a'],
      ['3', '4', '"b'],
    ]);
  });

  it('with quoted cells over several lines, doubled and escaped marks', async () => {
    const { rows, lines } = await read('u,i,t\n1,2,"two\nlines, and ""marks"""\n3,4,"a \\"b\\" c"\n5,6,plain\n');
    expect(rows).toEqual([
      ['1', '2', 'two\nlines, and "marks"'],
      ['3', '4', 'a "b" c'],
      ['5', '6', 'plain'],
    ]);
    expect(lines).toEqual([2, 4, 5]);
    expect((await read('u\ti\tt\n1\t2\t"two\nlines"\n3\t4\tx\n')).rows).toEqual([
      ['1', '2', 'two\nlines'],
      ['3', '4', 'x'],
    ]);
  });

  it('with blank lines, comments, sep= and single quotes in front', async () => {
    const expected = { columns: ['user', 'item'], rows: [['a', 'b']] };
    expect(await read('\n\nuser,item\na,b\n')).toMatchObject(expected);
    expect(await read('# made by us\n# 2020\nuser,item\na,b\n')).toMatchObject(expected);
    expect(await read('sep=;\nuser;item\na;b\n')).toMatchObject(expected);
    expect(await read("'user','item'\n'a','b'\n")).toMatchObject(expected);
    expect(await read('#user,item\na,b\n')).toMatchObject({ columns: ['#user', 'item'], rows: [['a', 'b']] });
  });

  it('with other separators below than in the header, and trailing ones', async () => {
    expect((await read('user_id:token item_id:token\na\tb\nc\td\n')).rows).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect((await read('u::i::r\na::b::1\n')).rows).toEqual([['a', 'b', '1']]);
    expect((await read('u,i\na,b,\nc,d,\n')).rows).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('that repeat their header say so', async () => {
    const table = await tableOf('user,item\na,b\nuser,item\nc,d\n');
    const rows: (readonly string[])[] = [];
    await table.read({}, (cells) => rows.push(cells));
    expect(rows).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(table.remarks?.()).toMatchObject([{ line: 3 }]);
  });

  it('in another encoding name the row', async () => {
    const bytes = new TextEncoder().encode('user,item\n1,2\n3,Caf');
    const table = await open(blobSource('a.csv', new Blob([bytes, Uint8Array.from([0xe9, 10])])), {});
    if (table.kind !== 'table') throw new Error(table.kind);
    await expect(table.table.read({}, () => undefined)).rejects.toMatchObject({
      code: 'TABLE_ENCODING',
      message: 'Row 3 of a.csv is not UTF-8 text.',
    });
  });

  it('of hostile text are read in time linear in their size', async () => {
    // A quadratic reader takes minutes for any of these.
    const lines = 200_000;
    const hostile = [
      `u,i\n1,"${'a,b\n'.repeat(lines)}`,
      `u,i\n${'1,"a\n'.repeat(lines)}`,
      `u,i\n${'1,"a""\n'.repeat(lines)}`,
      `u\ti\n${'1\t"\n'.repeat(lines)}`,
      `u,i\n1,"${'""'.repeat(400_000)}`,
    ];
    for (const content of hostile) {
      const table = await tableOf(content);
      let rows = 0;
      await table.read({}, () => rows++).catch((error: unknown) => expect(error).toHaveProperty('code', 'TABLE_VALUE'));
    }
  });

  it('hear that they are cancelled', async () => {
    const controller = new AbortController();
    const table = await tableOf(`user,item\n${'1,2\n'.repeat(1_500_000)}`);
    await expect(table.read({ signal: controller.signal }, () => controller.abort())).rejects.toHaveProperty(
      'code',
      'IMPORT_CANCELLED',
    );
  });
});

describe('JSON', () => {
  it('lines, also of Python, with long ids', async () => {
    expect(await read('{"u": 12345678901234567890, "i": "a", "x": [1]}\n{"i": "b", "u": 2}\n')).toMatchObject({
      columns: ['u', 'i', 'x'],
      rows: [
        ['12345678901234567890', 'a', '[1]'],
        ['2', 'b', ''],
      ],
    });
    expect(
      await read("{'u': u'it\\'s', 'i': None, 'ok': True}\n{'u': \"a\", 'i': (1, 2), 'ok': False}\n"),
    ).toMatchObject({
      rows: [
        ["it's", '', 'true'],
        ['a', '[1,2]', 'false'],
      ],
    });
  });

  it('values: dictionaries of lists, of ratings and of records, lists, and columns', async () => {
    expect((await read('{"u1": ["a", "b"], "u2": ["c"]}')).rows).toEqual([
      ['u1', 'a'],
      ['u1', 'b'],
      ['u2', 'c'],
    ]);
    expect((await read('{"7": {"10": 4, "11": 5}, "8": {"10": 1}}')).rows).toEqual([
      ['7', '10', '4'],
      ['7', '11', '5'],
      ['8', '10', '1'],
    ]);
    expect(await read('[{"u": 1, "i": 2},\n {"u": 3, "i": 4}]')).toMatchObject({
      columns: ['u', 'i'],
      rows: [
        ['1', '2'],
        ['3', '4'],
      ],
    });
    expect((await read('[[1, 2], [3, 4]]')).rows).toEqual([['3', '4']]);
    expect(await read('{"user_id": {"0": "a", "1": "b"}, "item_id": {"0": "x", "1": "y"}}')).toMatchObject({
      columns: ['user_id', 'item_id'],
      rows: [
        ['a', 'x'],
        ['b', 'y'],
      ],
    });
    expect((await read('{"u": [[5, 4.5, 100], [6, 3.5, 101]]}')).rows).toEqual([
      ['u', '5', '4.5', '100'],
      ['u', '6', '3.5', '101'],
    ]);
  });

  it('that breaks off, or nests without end, is refused', async () => {
    await expect(tableOf('{"a": [1, 2')).rejects.toHaveProperty('code', 'TABLE_VALUE');
    await expect(tableOf(`{"a": ${"['b', ".repeat(100_000)}`)).rejects.toHaveProperty('code', 'TABLE_VALUE');
    const table = await tableOf('{"u": 1, "i": 2}\n{"u": 1, "i": 3}\n{"u": 1, "i"\n');
    await expect(table.read({}, () => undefined)).rejects.toMatchObject({ code: 'TABLE_VALUE', context: { row: 3 } });
  });
});

describe('numbers and times', () => {
  it('with decimal commas, but not thousands', () => {
    expect(['4,5', '-0,125', '4', ' 3.5 ', '4,500', '', 'x'].map(numberOf)).toEqual([
      4.5,
      -0.125,
      4,
      3.5,
      NaN,
      NaN,
      NaN,
    ]);
  });

  it('without a zone are UTC', () => {
    const noon = Date.UTC(2014, 2, 30, 12, 30);
    expect(
      [
        '2014-03-30 12:30',
        '2014-03-30T12:30:00Z',
        '2014-03-30 14:30:00+0200',
        '2014-03-30 14:30:00 +02:00',
        '2014-03-30',
      ].map(timeOf),
    ).toEqual([noon, noon, noon, noon, Date.UTC(2014, 2, 30)]);
    expect(['01/18/2014', '2014-13-45', 'soon'].map(timeOf)).toEqual([NaN, NaN, NaN]);
  });
});
