import { formatMeanSd } from '../../ui/format';
import type { PaperTable } from '../../charts/paperTable';
import type { Cell, ChartTable } from '../../charts/table';
import { bestTwo, settingMetric, type Relevant, type Setting } from '../../domain/comparison';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import type { PublishedRow } from '../../domain/published';
import { SIGNIFICANT, type MarkedMetric, type marksOf } from '../../domain/significance';
import type { Spread } from '../../domain/spread';
import { shortMetric } from '../readings/curves';
import { standIn } from '../readings/findings';

export type Place = 'best' | 'second' | null;

export interface ResultCell {
  readonly key: MetricKey;
  readonly spread: Spread;
  readonly place: Place;
  /** Tests against the reference; null where there are none. */
  readonly marked: MarkedMetric | null;
}

/** A setting's metrics, or a printed row's, and which of them are the best or second best of the table. */
export interface ResultRow {
  readonly id: string;
  readonly label: string;
  /** null: a row that a paper prints. */
  readonly setting: Setting | null;
  readonly cells: readonly ResultCell[];
  /** Relative difference to the reference's mean of the compared metric; null for the reference and for printed rows. */
  readonly improvement: number | null;
  /** What must be known of its numbers, such as vectors that stand in for others. */
  readonly note: string | null;
}

interface Beside {
  readonly marks?: ReturnType<typeof marksOf>;
  readonly printed?: readonly PublishedRow[];
  /** Whether printed figures compete for best and second best. */
  readonly rankPrinted?: boolean;
}

export const printedLabel = ({ name, paper, table }: PublishedRow): string =>
  `${name}, printed in ${paper}, Table ${table}`;

/** The settings, then the printed rows. Printed figures are of other splits, seeds and code: they are ranked only when asked for. */
export function resultRows(
  settings: readonly Setting[],
  keys: readonly MetricKey[],
  relevant: Relevant,
  reference: Setting | undefined,
  compared: MetricKey,
  { marks, printed = [], rankPrinted = false }: Beside = {},
): ResultRow[] {
  const columns = keys.map((key) => {
    const measured = settings.map((setting) => settingMetric(setting, key, relevant));
    const others = printed.map(({ values }): Spread => ({ mean: values[key] ?? null, sd: null }));
    return {
      key,
      spreads: [...measured, ...others],
      places: placesWithin(settings, measured, rankPrinted ? others : []),
    };
  });
  const base = reference ? settingMetric(reference, compared, relevant).mean : null;
  const cells = (i: number, setting: Setting | null): ResultCell[] =>
    columns.map(({ key, spreads, places }) => ({
      key,
      spread: spreads[i] ?? { mean: null, sd: null },
      place: places[i] ?? null,
      marked: (setting && marks?.get(setting.key)?.get(key)) ?? null,
    }));
  return [
    ...settings.map((setting, i): ResultRow => {
      const own = settingMetric(setting, compared, relevant).mean;
      return {
        id: setting.key,
        label: setting.label,
        setting,
        cells: cells(i, setting),
        improvement:
          setting === reference || base === null || base === 0 || own === null || !onSameData(setting, reference)
            ? null
            : own / base - 1,
        note: [...new Set(setting.runs.map(standIn).filter((note) => note !== null))].join(' ') || null,
      };
    }),
    ...printed.map((row, i): ResultRow => ({
      id: printedLabel(row),
      label: printedLabel(row),
      setting: null,
      cells: cells(settings.length + i, null),
      improvement: null,
      note: null,
    })),
  ];
}

/** Best and second best of each dataset: figures on different data are not ranked against each other. Printed rows are all of one dataset. */
function placesWithin(settings: readonly Setting[], measured: readonly Spread[], printed: readonly Spread[]): Place[] {
  const places: Place[] = [...measured, ...printed].map(() => null);
  for (const fingerprint of new Set(settings.map(({ dataset }) => dataset.fingerprint))) {
    const own = settings.flatMap(({ dataset }, i) => (dataset.fingerprint === fingerprint ? [i] : []));
    const rows = [...own, ...printed.map((_one, i) => settings.length + i)];
    const found = bestTwo(rows.map((i) => (measured[i] ?? printed[i - settings.length])?.mean ?? null));
    for (const place of found.best) places[rows[place] ?? -1] = 'best';
    for (const place of found.second) places[rows[place] ?? -1] = 'second';
  }
  return places;
}

const onSameData = (setting: Setting, reference: Setting | undefined): boolean =>
  setting.dataset.fingerprint === reference?.dataset.fingerprint;

/** How many seeds stand behind the figures, for a caption. */
export function seedsWords(settings: readonly Setting[]): string {
  return settings.every(({ runs }) => runs.length === 1) ? 'one seed each' : 'mean and standard deviation over seeds';
}

/** `+3.2 %`; empty for the reference. */
export const improvementText = (value: number | null): string =>
  value === null ? '' : `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)} %`;

/** What the marks of the table mean; null where no number has one. */
export function markLegend(rows: readonly ResultRow[], reference: string): string | null {
  const all = rows.flatMap(({ cells }) => cells.map(({ marked }) => marked?.mark ?? '')).join('');
  const kinds = [...(all.includes('†') ? ['† over users'] : []), ...(all.includes('‡') ? ['‡ over seeds'] : [])];
  return kinds.length === 0
    ? null
    : `Differs from ${reference} with p < ${SIGNIFICANT}: ${kinds.join(', ')} (paired t-test, Holm over the settings of a column).`;
}

/** In full precision; p-values are those after Holm. */
export function resultsTable(rows: readonly ResultRow[]): ChartTable {
  const keys = rows[0]?.cells.map(({ key }) => key) ?? [];
  return {
    columns: [
      'setting',
      'dataset',
      'seeds',
      'origin',
      ...keys.flatMap((key) => [`${key}_mean`, `${key}_sd`, `${key}_p_users`, `${key}_p_seeds`, `${key}_mark`]),
      'relative_difference',
      'note',
    ],
    rows: rows.map(({ label, setting, cells, improvement, note }): Cell[] => [
      label,
      setting?.dataset.name ?? null,
      setting?.runs.map(({ experiment }) => experiment.seed).join(' ') ?? null,
      setting ? 'measured' : 'printed',
      ...cells.flatMap(({ spread, marked }): Cell[] => [
        spread.mean,
        spread.sd,
        marked?.users ?? null,
        marked?.seeds ?? null,
        marked?.mark || null,
      ]),
      improvement,
      note,
    ]),
  };
}

/** The table for a paper: means ± sd with marks, and Δ relative to the reference. */
export function resultsPaper(
  rows: readonly ResultRow[],
  reference: Setting | undefined,
  compared: MetricKey,
  caption: string,
): PaperTable {
  const keys = rows[0]?.cells.map(({ key }) => key) ?? [];
  const others = rows.filter(({ setting }) => setting !== null && setting !== reference);
  const legend = reference && markLegend(rows, reference.label);
  const printed = rows.findIndex(({ setting }) => setting === null);
  return {
    caption,
    columns: ['Model', ...keys.map(metricLabel), ...(others.length > 0 ? [`Δ ${shortMetric(compared)}`] : [])],
    rows: rows.map(({ label, setting, cells, improvement }) => [
      { text: label },
      ...cells.map(({ spread: { mean, sd }, place, marked }) => ({
        text: mean === null ? 'n/a' : formatMeanSd(mean, sd),
        place,
        ...(marked && { mark: marked.mark }),
      })),
      ...(others.length > 0
        ? [{ text: setting !== null && setting === reference ? 'reference' : improvementText(improvement) || '–' }]
        : []),
    ]),
    rules: printed > 0 ? [printed] : [],
    notes: [
      ...(others.length > 0 && reference
        ? [`Δ: relative difference of ${metricLabel(compared)} to ${reference.label}.`]
        : []),
      ...(legend ? [legend] : []),
      ...(printed >= 0 ? ['Printed rows are copied from the papers, not measured here.'] : []),
      ...rows.flatMap(({ label, note }) => (note === null ? [] : [`${label}: ${note}`])),
    ],
  };
}
