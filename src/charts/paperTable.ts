import { markdownText, oneLine } from '../domain/markdown';

/** A cell as text; `place` is how it ranks in its column, `mark` what stands behind it (†). */
export interface PaperCell {
  readonly text: string;
  readonly place?: 'best' | 'second' | null;
  readonly mark?: string;
}

/** A table for a paper or a message. */
export interface PaperTable {
  readonly caption: string;
  /** Heads; the first stands over the names of the rows. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly PaperCell[])[];
  /** Rows before which there is a rule (LaTeX only). */
  readonly rules?: readonly number[];
  /** What must be known of the numbers: part of the caption, or under the table. */
  readonly notes?: readonly string[];
}

/** A GitHub-flavoured table: best bold, second best in italics; the caption's words stand under it. */
export function toMarkdown({ caption, columns, rows, notes = [] }: PaperTable): string {
  const emphasised = ({ text, place, mark = '' }: PaperCell): string => {
    const inner = markdownText(text);
    return `${place === 'best' ? `**${inner}**` : place === 'second' ? `_${inner}_` : inner}${markdownText(mark)}`;
  };
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(markdownText)),
    line(columns.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map((cells) => line(cells.map(emphasised))),
    '',
    ...[caption, ...notes].flatMap((text) => [markdownText(text), '']),
  ].join('\n');
}

/** A booktabs table: best bold, second best underlined. */
export function toLatex({ caption, columns, rows, rules = [], notes = [] }: PaperTable): string {
  const emphasised = ({ text, place, mark = '' }: PaperCell): string => {
    const inner = latexText(text);
    return `${place === 'best' ? `\\textbf{${inner}}` : place === 'second' ? `\\underline{${inner}}` : inner}${latexText(mark)}`;
  };
  return [
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText([caption, ...notes].join(' '))}}`,
    `  \\begin{tabular}{l${'r'.repeat(Math.max(0, columns.length - 1))}}`,
    '    \\toprule',
    `    ${columns.map(latexText).join(' & ')} \\\\`,
    '    \\midrule',
    ...rows.flatMap((cells, i) => [
      ...(rules.includes(i) && i > 0 ? ['    \\midrule'] : []),
      `    ${cells.map(emphasised).join(' & ')} \\\\`,
    ]),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '–': '--',
  '×': '$\\times$',
  '±': '$\\pm$',
  '†': '$^{\\dagger}$',
  '‡': '$^{\\ddagger}$',
  Δ: '$\\Delta$',
  '<': '$<$',
  '>': '$>$',
  '’': "'",
  '|': '\\textbar{}',
  // Behind the end of a row these would be its options.
  '[': '{[}',
  '*': '{*}',
};

/** Text of one line in which nothing is a command; signs that LaTeX has no letter for become their commands. */
export const latexText = (text: string): string =>
  oneLine(text).replace(/[\\~^−–×±†‡Δ<>’|[*&%$#_{}]/g, (character) => LATEX[character] ?? `\\${character}`);
