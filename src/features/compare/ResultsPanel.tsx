import { useMemo } from 'react';
import { Checkbox, Choice } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import { PaperButtons } from '../../charts/PaperButtons';
import type { Relevant, Setting } from '../../domain/comparison';
import type { MetricKey } from '../../domain/metrics';
import { modelTable } from '../../domain/models/catalogue';
import { publishedResults, type PublishedRow } from '../../domain/published';
import { marksOf } from '../../domain/significance';
import { useDatasets } from '../../state/datasets';
import { SHOWN_METRICS } from '../readings/curves';
import { markLegend, resultRows, resultsPaper, resultsTable } from './resultRows';
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
  readonly onChange: (changes: { printed?: Printed; ranked?: boolean }) => void;
}

const NO_MARKS = marksOf([]);

/** Test metrics by setting, with the papers' rows beside them where the dataset is one of theirs. */
export function ResultsPanel({ settings, reference, metric, relevant, printed, ranked, onChange }: ResultsPanelProps) {
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
  return (
    <Panel
      title="Test split"
      note={`mean ± sd over seeds${liked}`}
      actions={
        <PaperButtons
          main
          title="comparison"
          paper={() =>
            resultsPaper(
              rows,
              reference,
              metric,
              `Test metrics on ${datasets}${liked}; mean and standard deviation over seeds.`,
            )
          }
          data={() => resultsTable(rows)}
        />
      }
    >
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
      {legend && <p className={styles.note}>{legend}</p>}
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
