import { memo, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { formatMetric } from '../../ui/format';
import { Choice } from '../../ui/Field';
import { CUTOFFS, METRIC_KEYS, METRIC_NAMES, metricLabel, type MetricKey, type Metrics } from '../../domain/metrics';
import { isComputedAtOnce, modelTable } from '../../domain/models/catalogue';
import type { Finding } from '../../domain/observations';
import { peerRows } from '../../domain/peerResults';
import { publishedDataset, publishedRows } from '../../domain/published';
import { isActive, type RunSummary } from '../../domain/run';
import { useDatasets } from '../../state/datasets';
import { BaselineNote } from '../readings/BaselineNote';
import { SHOWN_METRICS, shortMetric } from '../readings/curves';
import { standIn } from '../readings/findings';
import { shownEpoch } from '../readings/words';
import { BelowNotice, EndedSoonNote } from './ResultNotices';
import styles from './runs.module.css';

interface ResultTableProps {
  readonly run: RunSummary;
  /** What stands beside it: baselines on the same dataset. */
  readonly baselines: readonly RunSummary[];
  /** Validation over liked items at the best epoch; absent on data without ratings. */
  readonly validLiked: Metrics | undefined;
  readonly findings: readonly Finding[];
}

/** The run's own numbers at its best epoch, and the papers' beside them where the dataset is one of theirs. */
export const ResultTable = memo(function ResultTable({ run, baselines, validLiked, findings }: ResultTableProps) {
  const { dataset: used, model } = run.experiment;
  const stored = useDatasets((state) => state.datasets.find(({ id }) => id === used.id));
  const dataset = { name: stored?.name ?? used.name, statistics: stored?.statistics ?? null };
  const printed = publishedRows(dataset, modelTable(model).publishedAs);
  const measured = peerRows(dataset.statistics, model);
  const best = run.result?.bestEpoch ?? run.best?.epoch;
  const valid = run.result?.valid ?? run.best?.valid;
  const pending = isActive(run.status) || run.status === 'queued';
  const testLiked = run.result?.testLiked;
  const likedChooses = run.experiment.config['relevant'] === 'liked';
  const rated = validLiked !== undefined || testLiked !== undefined;
  const standsIn = standIn({ findings });
  const by = METRIC_KEYS.find((key) => key === run.experiment.config['stopMetric']) ?? 'recall@20';
  return (
    <div className={styles.results}>
      <section className={styles.result} aria-labelledby="result-title">
        <h2 id="result-title">
          Result{' '}
          {best !== undefined && !isComputedAtOnce(model) && (
            <span className={styles.quiet}>
              best epoch {shownEpoch(best)}, by validation {metricLabel(by)}
              {rated && (likedChooses ? ', liked items only' : ', all held-out items')}
            </span>
          )}
        </h2>
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Result table">
          <table className={styles.metrics}>
            <thead>
              <tr>
                <td />
                {SHOWN_METRICS.map((key) => (
                  <th key={key} scope="col">
                    <abbr title={metricLabel(key)}>{shortMetric(key)}</abbr>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <Row name="validation" values={valid} />
              {validLiked && <Row name="validation, liked only" values={validLiked} />}
              <Row
                name={
                  run.result ? (
                    likedChooses && testLiked ? (
                      'test'
                    ) : (
                      <strong>test</strong>
                    )
                  ) : pending ? (
                    'test, when the run ends'
                  ) : (
                    'test, not evaluated'
                  )
                }
                values={run.result?.test}
                strong={!likedChooses || !testLiked}
              />
              {testLiked && (
                <Row
                  name={likedChooses ? <strong>test, liked only</strong> : 'test, liked only'}
                  values={testLiked}
                  strong={likedChooses}
                />
              )}
              {baselines.map((one) => (
                <Row key={one.id} name={<BaselineName run={one} />} values={one.result?.test} quiet />
              ))}
              {measured.map(({ name, values }) => (
                <Row key={name} name={`measured with ${name}`} values={values} quiet />
              ))}
              {printed.map((row) => (
                <Row
                  key={`${row.paper} ${row.name}`}
                  name={`printed in ${row.paper}, Table ${row.table}${row.name === modelTable(model).name ? '' : `: ${row.name}`}`}
                  values={row.values}
                  quiet
                />
              ))}
            </tbody>
          </table>
        </div>
        <BelowNotice run={run} baselines={baselines} />
        <BaselineNote fingerprint={used.fingerprint} />
        {standsIn && <p className={styles.standIn}>⚠ {standsIn}</p>}
        {rated && (
          <p className={styles.note}>
            Liked only: held-out items that the user rated above a personal threshold, over users who have any.
          </p>
        )}
        {likedChooses && valid && !rated && (
          <p className={styles.note}>Without ratings, all held-out items chose the best epoch.</p>
        )}
        <p className={styles.note}>{noteOf(dataset, printed.length, measured.length, modelTable(model).name)}</p>
      </section>
      {valid && (
        <AllMetrics valid={valid} test={run.result?.test} validLiked={validLiked} testLiked={testLiked}>
          <EndedSoonNote run={run} />
        </AllMetrics>
      )}
    </div>
  );
});

const BaselineName = ({ run }: { readonly run: RunSummary }) => (
  <>
    test, <Link to={`/runs/${run.id}`}>{modelTable(run.experiment.model).name}</Link>
  </>
);

interface RowProps {
  readonly name: ReactNode;
  readonly values: Readonly<Partial<Record<MetricKey, number>>> | undefined;
  readonly strong?: boolean;
  readonly quiet?: boolean;
}

function Row({ name, values, strong = false, quiet = false }: RowProps) {
  return (
    <tr data-strong={strong && values !== undefined} data-quiet={quiet}>
      <th scope="row">{name}</th>
      {SHOWN_METRICS.map((key) => (
        <td key={key}>{formatMetric(values?.[key])}</td>
      ))}
    </tr>
  );
}

interface AllMetricsProps {
  readonly valid: Metrics;
  readonly test: Metrics | undefined;
  readonly validLiked: Metrics | undefined;
  readonly testLiked: Metrics | undefined;
  /** What is said under them. */
  readonly children: ReactNode;
}

/** Every metric of the protocol at every cutoff, for the splits that are known, over all held-out items or the liked ones. */
function AllMetrics({ valid, test, validLiked, testLiked, children }: AllMetricsProps) {
  const [relevant, setRelevant] = useState<'all' | 'liked'>('all');
  const liked = relevant === 'liked' && (validLiked !== undefined || testLiked !== undefined);
  const splits = [
    { name: 'validation', metrics: liked ? validLiked : valid },
    { name: 'test', metrics: liked ? testLiked : test },
  ].flatMap(({ name, metrics }) => (metrics ? [{ name, metrics }] : []));
  return (
    <section className={styles.result} aria-labelledby="all-metrics-title">
      <div className={styles.buttons}>
        <h2 id="all-metrics-title">All metrics</h2>
        {validLiked && (
          <Choice
            segments
            hideLabel
            label="Relevant items"
            value={relevant}
            options={[
              { value: 'all', label: 'all held-out' },
              { value: 'liked', label: 'liked only' },
            ]}
            onValueChange={setRelevant}
          />
        )}
      </div>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="All metrics table">
        <table className={styles.metrics}>
          <thead>
            <tr>
              <td />
              {splits.map(({ name }) => (
                <th key={name} scope="colgroup" colSpan={CUTOFFS.length} className={styles.splitHead}>
                  {name}
                </th>
              ))}
            </tr>
            <tr>
              <td />
              {splits.flatMap(({ name }) =>
                CUTOFFS.map((cutoff) => (
                  <th key={`${name} ${cutoff}`} scope="col">
                    @{cutoff}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {METRIC_NAMES.map((metric) => (
              <tr key={metric}>
                <th scope="row">{metricLabel(`${metric}@5`).split('@')[0]}</th>
                {splits.flatMap(({ name, metrics }) =>
                  CUTOFFS.map((cutoff) => (
                    <td key={`${name} ${cutoff}`}>{formatMetric(metrics[`${metric}@${cutoff}`])}</td>
                  )),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {children}
    </section>
  );
}

function noteOf(
  dataset: Parameters<typeof publishedRows>[0],
  printed: number,
  measured: number,
  model: string,
): string {
  if (measured > 0)
    return 'Measured with another program on data of the same counts: one seed, and other random numbers.';
  const known = publishedDataset(dataset.name, dataset.statistics);
  if (known === null) return 'No printed results: the dataset’s counts match no dataset in the papers.';
  if (printed === 0) return `The papers print no row for ${model} on ${known}.`;
  return dataset.statistics
    ? `Same users, items and interactions as ${known} in the papers; their split and seeds may differ.`
    : `The dataset is no longer stored; it is matched to ${known} by its name only.`;
}
