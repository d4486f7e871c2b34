import { formatMeanSd } from '../../app/format';
import type { Cell, ChartTable } from '../../charts/table';
import { bestTwo, settingMetric, type Relevant, type Setting } from '../../domain/comparison';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import type { Spread } from '../../domain/spread';
import { standIn } from '../runs/findings';

export type Place = 'best' | 'second' | null;

/** A setting's metrics, and which of them are the best or second best of the table. */
export interface ResultRow {
  readonly setting: Setting;
  readonly cells: readonly { readonly key: MetricKey; readonly spread: Spread; readonly place: Place }[];
  /** Relative difference to the reference's mean of the compared metric; null for the reference. */
  readonly improvement: number | null;
  /** What must be known of its numbers, such as vectors that stand in for others. */
  readonly note: string | null;
}

export function resultRows(settings: readonly Setting[], keys: readonly MetricKey[], relevant: Relevant, reference: Setting | undefined, compared: MetricKey): ResultRow[] {
  const columns = keys.map((key) => {
    const spreads = settings.map((setting) => settingMetric(setting, key, relevant));
    return { key, spreads, places: bestTwo(spreads.map(({ mean }) => mean)) };
  });
  const base = reference ? settingMetric(reference, compared, relevant).mean : null;
  return settings.map((setting, i): ResultRow => {
    const own = settingMetric(setting, compared, relevant).mean;
    return {
      setting,
      cells: columns.map(({ key, spreads, places }) => ({
        key,
        spread: spreads[i] ?? { mean: null, sd: null },
        place: places.best.includes(i) ? 'best' : places.second.includes(i) ? 'second' : null,
      })),
      improvement: setting === reference || base === null || base === 0 || own === null ? null : own / base - 1,
      note: [...new Set(setting.runs.map(standIn).filter((note) => note !== null))].join(' ') || null,
    };
  });
}

/** `+3.2 %`; empty for the reference. */
export const improvementText = (value: number | null): string => (value === null ? '' : `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)} %`);

/** In full precision. */
export function resultsTable(rows: readonly ResultRow[]): ChartTable {
  const keys = rows[0]?.cells.map(({ key }) => key) ?? [];
  return {
    columns: ['setting', 'dataset', 'seeds', ...keys.flatMap((key) => [`${key}_mean`, `${key}_sd`]), 'relative_difference', 'note'],
    rows: rows.map(({ setting, cells, improvement, note }): Cell[] => [
      setting.label, setting.dataset.name, setting.runs.map(({ experiment }) => experiment.seed).join(' '),
      ...cells.flatMap(({ spread }) => [spread.mean, spread.sd]), improvement, note,
    ]),
  };
}

/** `MLLMRec: user vectors are …` for each setting of which something must be known. */
const notesOf = (rows: readonly ResultRow[]): string[] => rows.flatMap(({ setting, note }) => (note === null ? [] : [`${setting.label}: ${note}`]));

/** A GitHub-flavoured table: best bold, second best in italics. */
export function toMarkdown(rows: readonly ResultRow[]): string {
  const mark = (text: string, place: Place): string => (place === 'best' ? `**${text}**` : place === 'second' ? `_${text}_` : text);
  const keys = rows[0]?.cells.map(({ key }) => metricLabel(key)) ?? [];
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(['', ...keys]),
    line(['---', ...keys.map(() => '---:')]),
    ...rows.map(({ setting, cells }) => line([setting.label, ...cells.map(({ spread, place }) => mark(formatMeanSd(spread.mean, spread.sd), place))])),
    '',
    ...notesOf(rows).flatMap((note) => [note, '']),
  ].join('\n');
}

/** A booktabs table: best bold, second best underlined. */
export function toLatex(rows: readonly ResultRow[], caption: string): string {
  const mark = (text: string, place: Place): string => (place === 'best' ? `\\textbf{${text}}` : place === 'second' ? `\\underline{${text}}` : text);
  const keys = rows[0]?.cells.map(({ key }) => metricLabel(key)) ?? [];
  const number = ({ mean, sd }: Spread): string => (mean === null ? 'n/a' : sd === null ? mean.toFixed(4) : `${mean.toFixed(4)} $\\pm$ ${sd.toFixed(4)}`);
  return [
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText([caption, ...notesOf(rows)].join(' '))}}`,
    `  \\begin{tabular}{l${'r'.repeat(keys.length)}}`,
    '    \\toprule',
    `    Model & ${keys.map(latexText).join(' & ')} \\\\`,
    '    \\midrule',
    ...rows.map(({ setting, cells }) => `    ${[latexText(setting.label), ...cells.map(({ spread, place }) => mark(number(spread), place))].join(' & ')} \\\\`),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

const LATEX: Readonly<Record<string, string>> = { '\\': '\\textbackslash{}', '~': '\\textasciitilde{}', '^': '\\textasciicircum{}', '−': '$-$', '×': '$\\times$' };

export const latexText = (text: string): string => text.replace(/[\\~^−×&%$#_{}]/g, (character) => LATEX[character] ?? `\\${character}`);
