/** Numbers, times and ids as the cells of tables write them. */

/** A number; NaN for an empty cell and for text. A decimal comma is read (`4,5`), but not one that may part thousands (`4,500`). */
export function numberOf(cell: string | undefined): number {
  const text = cell?.trim() ?? '';
  if (text === '') return NaN;
  const comma = /^(-?\d+),(\d+)$/.exec(text);
  if (!comma) return Number(text);
  const [, whole = '', fraction = ''] = comma;
  return fraction.length === 3 && !/^-?0$/.test(whole) ? NaN : Number(`${whole}.${fraction}`);
}

export const hasDecimalComma = (cell: string | undefined): boolean => /^\s*-?\d+,\d+\s*$/.test(cell ?? '');

/**
 * A time as a number: a number as it stands (whatever its unit), an ISO 8601 date in milliseconds since 1970. A date without a zone is
 * in UTC, so that it means the same everywhere. NaN for anything else.
 */
export function timeOf(cell: string | undefined): number {
  const value = numberOf(cell);
  if (!Number.isNaN(value)) return value;
  const parts =
    /^\s*(\d{4}-\d\d(?:-\d\d)?)(?:[T ]+(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?\s*$/i.exec(
      cell ?? '',
    );
  if (!parts) return NaN;
  const [, day = '', time, zone = 'Z'] = parts;
  if (time === undefined) return Date.parse(day);
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : /^[+-]/.test(zone) ? zone : 'Z';
  return Date.parse(`${day.length === 7 ? `${day}-01` : day}T${time}${offset}`);
}

/** An id, or what is wrong with it. `3.0` is 3; any other spelling is a name. */
export function idOf(
  cell: string | undefined,
): { readonly id: string } | { readonly wrong: 'missing' | 'negative' | 'number' } {
  const text = cell?.trim() ?? '';
  if (text === '' || /^nan$/i.test(text)) return { wrong: 'missing' };
  if (/^-\d+(\.0*)?$/.test(text)) return { wrong: 'negative' };
  if (/^\d+\.0*$/.test(text)) return { id: text.slice(0, text.indexOf('.')) };
  // 1.23457E+11 is what a spreadsheet leaves of a long number.
  if (/^[+-]?(\d*\.\d+|\d+\.\d*)(e[+-]?\d+)?$/i.test(text)) return { wrong: 'number' };
  return { id: text };
}
