import { useMemo } from 'react';
import { Checkbox, Choice } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import { PaperButtons } from '../../charts/PaperButtons';
import { baselinesOn } from '../../domain/baselines';
import { settingsOf, type Relevant, type Setting } from '../../domain/comparison';
import type { MetricKey } from '../../domain/metrics';
import { modelTable } from '../../domain/models/catalogue';
import { publishedResults, type PublishedRow } from '../../domain/published';
import { marksOf } from '../../domain/significance';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { BaselineNote } from '../readings/BaselineNote';
import { SHOWN_METRICS } from '../readings/curves';
import { markLegend, resultRows, resultsPaper, resultsTable, seedsWords } from './resultRows';
import { ResultsTable } from './ResultsTable';
import { PRINTED_CHOICES, type Printed } from './useComparison';
import { useMarks } from './useTests';
import styles from './compare.module.css';

interface ResultsPanelProps {
  readonly settings: readonly Setting[];
  readonly reference: Setting | undefined;
  readonly metric: MetricKey;
  readonly relevant: Relevant;
  readonly printed: Printed;
  readonly ranked: boolean;
  /** Whether baselines stand beside the settings. */
  readonly baselines: boolean;
  readonly onChange: (changes: { printed?: Printed; ranked?: boolean; baselines?: boolean }) => void;
}

const NO_MARKS = marksOf([]);

/** Test metrics by setting, with the papers' rows beside them where the dataset is one of theirs. */
export function ResultsPanel({
  settings: compared,
  reference,
  metric,
  relevant,
  printed,
  ranked,
  baselines,
  onChange,
}: ResultsPanelProps) {
  const settings = useWithBaselines(compared, baselines);
  const tests = useMarks(settings, reference, relevant);
  const published = usePublished(settings, relevant);
  const chosen = useMemo(() => shownRows(published, settings, printed), [published, settings, printed]);
  const rows = useMemo(
    () =>
      resultRows(settings, SHOWN_METRICS, relevant, reference, metric, {
        marks: tests ? marksOf(tests) : NO_MARKS,
        printed: chosen,
        rankPrinted: ranked,
      }),
    [settings, relevant, reference, metric, tests, chosen, ranked],
  );
  const legend = reference ? markLegend(rows, reference.label) : null;
  const liked = relevant === 'liked' ? ', liked items only' : '';
  const datasets = [...new Set(settings.map(({ dataset }) => dataset.name))].join(', ');
  const datasetCount = new Set(settings.map(({ dataset }) => dataset.fingerprint)).size;
  return (
    <Panel
      title="Test split"
      note={`${seedsWords(compared)}${liked}`}
      actions={
        <PaperButtons
          main
          title="comparison"
          paper={() =>
            resultsPaper(rows, reference, metric, `Test metrics on ${datasets}${liked}; ${seedsWords(compared)}.`)
          }
          data={() => resultsTable(rows)}
        />
      }
    >
      <Checkbox
        label="Show baselines"
        help="Popularity, and the best of the others by validation, on the same dataset."
        checked={baselines}
        onCheckedChange={(value) => onChange({ baselines: value })}
      />
      {published.length > 0 && (
        <div className={styles.printedControls}>
          <Choice
            segments
            label="Printed rows"
            value={printed}
            options={PRINTED_CHOICES}
            onValueChange={(value) => onChange({ printed: value })}
          />
          {chosen.length > 0 && (
            <Checkbox label="Rank them too" checked={ranked} onCheckedChange={(value) => onChange({ ranked: value })} />
          )}
        </div>
      )}
      <ResultsTable rows={rows} compared={metric} reference={reference} />
      {baselines && compared[0] && <BaselineNote fingerprint={compared[0].dataset.fingerprint} />}
      {legend && <p className={styles.note}>{legend}</p>}
      {datasetCount > 1 && (
        <p className={styles.note}>Settings are ranked, and compared with the reference, within their dataset only.</p>
      )}
      {chosen.length > 0 && (
        <p className={styles.note}>
          Printed rows are copied from the papers. They have the same users, items and interactions, but their own
          split, seeds and code. {ranked ? 'They are ranked with the others.' : 'They are not ranked.'}
        </p>
      )}
    </Panel>
  );
}

/** The settings, and after them the baselines of their datasets that are not among them. */
function useWithBaselines(settings: readonly Setting[], wanted: boolean): readonly Setting[] {
  const runs = useRuns((state) => state.runs);
  return useMemo(() => {
    if (!wanted) return settings;
    const fingerprints = [...new Set(settings.map(({ dataset }) => dataset.fingerprint))];
    const known = new Set(settings.flatMap((setting) => setting.runs.map(({ id }) => id)));
    const others = fingerprints
      .flatMap((fingerprint) => baselinesOn(runs, fingerprint))
      .filter(({ id }) => !known.has(id));
    // The settings stay the same objects: one of them is the reference.
    return [...settings, ...settingsOf(others).map((one) => ({ ...one, label: `${one.label} (baseline)` }))];
  }, [runs, settings, wanted]);
}

/** The papers' rows for the one dataset of all settings; none over liked items, which no paper prints. */
function usePublished(settings: readonly Setting[], relevant: Relevant): readonly PublishedRow[] {
  const [first] = settings;
  const same = settings.every(({ dataset }) => dataset.fingerprint === first?.dataset.fingerprint);
  const stored = useDatasets((state) =>
    state.datasets.find(({ fingerprint }) => fingerprint === first?.dataset.fingerprint),
  );
  const [name, statistics] = [stored?.name ?? first?.dataset.name ?? '', stored?.statistics ?? null];
  return useMemo(
    () => (same && relevant === 'all' ? publishedResults({ name, statistics }) : []),
    [same, relevant, name, statistics],
  );
}

function shownRows(
  published: readonly PublishedRow[],
  settings: readonly Setting[],
  printed: Printed,
): readonly PublishedRow[] {
  if (printed === 'none') return [];
  const names = settings.flatMap(({ model }) => modelTable(model).publishedAs);
  return printed === 'all' ? published : published.filter(({ name }) => names.includes(name));
}
