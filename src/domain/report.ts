import type { MetricKey } from './metrics';

/** Runs that a part of a report shows: a whole study, as it is when it is looked at, or these. */
export type RunSource =
  { readonly kind: 'study'; readonly id: string } | { readonly kind: 'runs'; readonly ids: readonly string[] };

/** A part of a report. All but words are made anew from the runs whenever the report is opened or exported. */
export type ReportBlock = { readonly id: string } & (
  | { readonly kind: 'text'; readonly text: string }
  /** Test metrics, mean ± sd over seeds. */
  | { readonly kind: 'results'; readonly source: RunSource; readonly caption: string }
  /** A metric on validation by epoch. */
  | { readonly kind: 'curves'; readonly source: RunSource; readonly metric: MetricKey; readonly caption: string }
  /** The routing of a run at its best epoch. */
  | { readonly kind: 'routing'; readonly run: string; readonly caption: string }
  /** Options in which the settings differ. */
  | { readonly kind: 'settings'; readonly source: RunSource; readonly caption: string }
  /** What it takes to make the runs again. */
  | { readonly kind: 'appendix'; readonly source: RunSource }
);

export type BlockKind = ReportBlock['kind'];

/** A page of words, tables and figures about runs. */
export interface Report {
  readonly version: 1;
  readonly id: string;
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. */
  readonly changedAt: string;
  readonly blocks: readonly ReportBlock[];
}
