/** A cell of RFC 4180: in quotes where it has a comma, a quote or a line break. */
export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * A cell with an id or a name from a dataset. What a spreadsheet would take for a formula (`=`, `+`, `-`, `@` or a tab in front, and no
 * number) gets an apostrophe in front. One that has apostrophes there already gets another, so that taking one away gives the text back.
 */
export const csvText = (text: string): string =>
  csvCell(/^'*[=+\-@\t]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text);
