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
 * A time as a number: a number as it stands (whatever its unit), an ISO 8601 date, or one as Unix prints it, in milliseconds since 1970. A
 * date without a zone is in UTC, so that it means the same everywhere. NaN for anything else.
 */
export function timeOf(cell: string | undefined): number {
  const value = numberOf(cell);
  if (!Number.isNaN(value)) return value;
  const unix = unixDate(cell ?? '');
  if (unix !== null) return unix;
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

/** `Wed Mar 22 11:37:04 -0700 2017`, as Goodreads and Twitter write it. */
export const UNIX_DATE = /^\s*[a-z]{3} ([a-z]{3}) +(\d\d?) (\d\d:\d\d:\d\d) (UTC|GMT|[+-]\d{4}) (\d{4})\s*$/i;

function unixDate(cell: string): number | null {
  const parts = UNIX_DATE.exec(cell);
  if (!parts) return null;
  const [, month = '', day = '', time = '', zone = '', year = ''] = parts;
  return Date.parse(`${day} ${month} ${year} ${time} ${zone}`);
}

/** An empty cell, or what pandas, R and databases write for one. */
export const isMissing = (text: string): boolean =>
  /^(|[Nn]a[Nn]|NAN|NULL|null|None|#?NA|#?N\/A|n\/a|<NA>|\\N)$/.test(text);

/** An id, or what is wrong with it. `3.0` is 3; any other spelling is a name. */
export function idOf(
  cell: string | undefined,
): { readonly id: string } | { readonly wrong: 'missing' | 'negative' | 'number' } {
  const text = cell?.trim() ?? '';
  if (isMissing(text)) return { wrong: 'missing' };
  if (/^-\d+(\.0*)?$/.test(text)) return { wrong: 'negative' };
  if (/^\d+\.0*$/.test(text)) return { id: text.slice(0, text.indexOf('.')) };
  // 1.23457E+11 is what a spreadsheet leaves of a long number.
  if (/^[+-]?(\d*\.\d+|\d+\.\d*)(e[+-]?\d+)?$/i.test(text)) return { wrong: 'number' };
  return { id: text };
}
