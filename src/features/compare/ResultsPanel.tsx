import { useMemo } from 'react';
import { Checkbox, Choice } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import { PaperButtons } from '../../charts/PaperButtons';
import type { Relevant, Setting } from '../../domain/comparison';
import { modelTable } from '../../domain/models/catalogue';
import { publishedResults, type PublishedRow } from '../../domain/published';
import { marksOf } from '../../domain/significance';
import { SHOWN_METRICS } from '../readings/curves';
import type { Evidence } from './evidence';
import { markLegend, resultRows, resultsPaper, resultsTable, seedsWords } from './resultRows';
import { ResultsTable } from './ResultsTable';
import { PRINTED_CHOICES, type Comparison, type Printed } from './useComparison';
import { useMarks } from './useTests';
import styles from './compare.module.css';

interface ResultsPanelProps {
  readonly settings: readonly Setting[];
  readonly reference: Setting | undefined;
  readonly address: Comparison;
  readonly evidence: Evidence;
}

const NO_MARKS = marksOf([]);
const NONE: readonly Setting[] = [];

/** Test metrics by setting, with the papers' rows beside them where the dataset is one of theirs. */
export function ResultsPanel({ settings: compared, reference, address, evidence }: ResultsPanelProps) {
  const { metric, relevant, printed, ranked, change } = address;
  const baselines = address.baselines ? evidence.baselines : NONE;
  // The settings stay the same objects: one of them is the reference.
  const settings = useMemo(() => [...compared, ...baselines], [compared, baselines]);
  const tests = useMarks(settings, reference, relevant, evidence.stored);
  const published = usePublished(settings, relevant, evidence.dataset);
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
      {(evidence.stored || evidence.baselines.length > 0) && (
        <Checkbox
          label="Show baselines"
          help="Popularity, and the best of the others by validation, on the same dataset."
          checked={address.baselines}
          onCheckedChange={(value) => change({ baselines: value })}
        />
      )}
      {published.length > 0 && (
        <div className={styles.printedControls}>
          <Choice
            segments
            label="Printed rows"
            value={printed}
            options={PRINTED_CHOICES}
            onValueChange={(value) => change({ printed: value })}
          />
          {chosen.length > 0 && (
            <Checkbox label="Rank them too" checked={ranked} onCheckedChange={(value) => change({ ranked: value })} />
          )}
        </div>
      )}
      <ResultsTable rows={rows} compared={metric} reference={reference} addressOf={evidence.addressOf} />
      {address.baselines && evidence.baselineNote}
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

/** The papers' rows for the one dataset of all settings; none over liked items, which no paper prints. */
function usePublished(
  settings: readonly Setting[],
  relevant: Relevant,
  dataset: Evidence['dataset'],
): readonly PublishedRow[] {
  const [first] = settings;
  const same = settings.every((one) => one.dataset.fingerprint === first?.dataset.fingerprint);
  return useMemo(() => (same && relevant === 'all' ? publishedResults(dataset) : []), [same, relevant, dataset]);
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
