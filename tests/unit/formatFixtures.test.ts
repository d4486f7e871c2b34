import { describe, expect, it } from 'vitest';
import { EXPECTED, everything, fixture, fixtureNames, sourceOf } from '../helpers/formatFixtures';

describe('files that the real libraries wrote', () => {
  it('are all described', () => {
    expect(fixtureNames().sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  for (const [name, expected] of Object.entries(EXPECTED)) {
    it(name, async () => {
      const matrices = (expected['matrices'] ?? {}) as Readonly<Record<string, unknown>>;
      const found = await everything(sourceOf(name, fixture(name)), Object.keys(matrices));
      switch (expected.kind) {
        case 'throws':
          expect(found).toMatchObject({ kind: 'throws', code: expected['code'] });
          expect(found['says']).toContain(expected['says']);
          break;
        case 'table': {
          const { rows, matrices: read, ...rest } = found;
          const { rows: wanted, matrices: _, ...others } = expected;
          expect(rest).toEqual(others);
          if (wanted) expect(rows).toEqual(wanted);
          for (const [columns, matrix] of Object.entries(matrices)) {
            const one = (read as Readonly<Record<string, unknown>>)[columns];
            if (typeof matrix === 'string') expect(one).toContain(matrix);
            else expect(one).toEqual(matrix);
          }
          break;
        }
        default:
          expect(found).toEqual(expected);
      }
    });
  }
});
