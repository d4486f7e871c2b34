import { formatMeanSd, plural } from '../../ui/format';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import { bestPoint, MEASURED_WORDS, pointMetric, stopMetricOf, type Measured, type PointRow } from './points';

/** `0.0712 ± 0.0004, n = 3`. */
export function valueWords(row: PointRow, where: Measured, metric: MetricKey): string {
  const { mean, sd } = pointMetric(row, where, metric);
  return mean === null ? 'no result yet' : `${formatMeanSd(mean, sd)}${row.runs.length > 1 ? `, n = ${row.done}` : ''}`;
}

/** Which point is the best, in one line; before any result that there is none. */
export function bestWords(rows: readonly PointRow[], where: Measured, metric: MetricKey): string {
  const best = bestPoint(rows, where, metric);
  return best ? `★ highest ${MEASURED_WORDS[where]} ${metricLabel(metric)}: ${best.label}` : 'no result yet';
}

/** What must be known to read the numbers. */
export function readingNotes(rows: readonly PointRow[], where: Measured, metric: MetricKey): string[] {
  const runs = rows.flatMap((row) => row.runs);
  const chosenBy = stopMetricOf(runs);
  const liked = runs[0]?.experiment.config['relevant'] === 'liked' ? ', liked items only' : '';
  const seeds = Math.max(...rows.map((row) => row.runs.length));
  const stopped = rows.reduce((sum, row) => sum + row.stopped, 0);
  const behind = rows.filter(({ done, runs: own }) => done > 0 && done < own.length).length;
  return [
    `${seeds > 1 ? 'Mean ± standard deviation over seeds; nothing else is averaged. ' : ''}Best epochs by validation ${metricLabel(chosenBy)}${liked}.`,
    ...(where === 'valid'
      ? []
      : [
          `A point chosen by its test ${metricLabel(metric)} is too optimistic. Choose by validation, then report the test split.`,
        ]),
    ...(behind > 0
      ? [`${plural(behind, 'point')} ${behind === 1 ? 'has' : 'have'} results for only some seeds so far.`]
      : []),
    ...(stopped > 0
      ? [
          `${plural(stopped, 'run')} ended early by the median rule. ${stopped === 1 ? 'Its value is that of its' : 'Their values are those of their'} best epoch until then; the table names ${stopped === 1 ? 'its point' : 'their points'}.`,
        ]
      : []),
  ];
}
