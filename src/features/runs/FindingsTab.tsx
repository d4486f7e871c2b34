import { memo } from 'react';
import { Notice } from '../../ui/Notice';
import { Panel, Surface } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { Histogram } from '../../charts/Histogram';
import type { Finding } from '../../domain/observations';
import { modelTable, odditiesOf } from '../../domain/models/catalogue';
import type { Experiment } from '../../domain/run';
import { findingValue, histogramWords, shownFindings, type ShownFinding } from '../readings/findings';
import { unevenBins } from '../readings/observations';
import { ThresholdHistogram } from './ThresholdHistogram';
import styles from './runs.module.css';

/** What the run found out about its data and graphs before the first step, and what is odd about its model. */
export const FindingsTab = memo(function FindingsTab({
  findings,
  experiment,
}: {
  readonly findings: readonly Finding[];
  readonly experiment: Experiment;
}) {
  const shown = shownFindings(findings);
  const notes = shown.filter(({ kind }) => kind === 'note');
  const panels = shown.filter(({ kind }) => kind !== 'note');
  const oddities = odditiesOf(experiment.model, experiment.config);
  return (
    <div className={styles.column}>
      {shown.length > 0 && (
        <p className={styles.note}>Known before the first step: what this configuration does with the dataset.</p>
      )}
      {notes.map((finding) => (
        <FindingView key={finding.key} finding={finding} experiment={experiment} />
      ))}
      <div className={styles.findings}>
        {panels.map((finding) => (
          <FindingView key={finding.key} finding={finding} experiment={experiment} />
        ))}
      </div>
      {oddities.length > 0 && (
        <Panel
          title={`Odd about ${modelTable(experiment.model).name}`}
          note="in its paper or its authors’ code, which are followed"
        >
          <ul className={styles.oddities}>
            {oddities.map(({ text, seen }) => (
              <li key={text}>
                {text}
                {seen && (
                  <>
                    {' '}
                    See <i>{seen}</i> on Curves.
                  </>
                )}
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
});

function FindingView({ finding, experiment }: { readonly finding: ShownFinding; readonly experiment: Experiment }) {
  switch (finding.kind) {
    case 'note':
      return (
        <Notice tone="warning" title={finding.title}>
          {finding.text}
        </Notice>
      );
    case 'numbers':
      return (
        <Panel title={finding.title}>
          <StatList rows>
            {finding.rows.map((row) => (
              <Stat key={row.label} label={row.label} value={findingValue(row)} />
            ))}
          </StatList>
        </Panel>
      );
    case 'histogram':
      return finding.threshold ? (
        <ThresholdHistogram finding={finding} threshold={finding.threshold} experiment={experiment} />
      ) : (
        <Surface>
          <Histogram
            title={finding.title}
            edges={finding.edges}
            counts={finding.counts}
            evenBins={unevenBins(finding.edges)}
            xLabel={finding.axis}
            yLabel="count"
            summary={histogramWords(finding)}
          />
        </Surface>
      );
  }
}
