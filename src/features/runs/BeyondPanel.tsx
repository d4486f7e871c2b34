import { useMemo } from 'react';
import { PaperButtons } from '../../charts/PaperButtons';
import type { Cutoff } from '../../domain/metrics';
import type { AnalysisCommand } from '../../domain/analysisProtocol';
import type { RunSummary } from '../../domain/run';
import { beyondAccuracyOf } from '../../state/analysis';
import { useAnswer } from '../../state/useAsked';
import { DataTable, type Column } from '../../ui/DataTable';
import { formatCount } from '../../ui/format';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { metricsOf } from '../readings/beyond';
import styles from './runs.module.css';

interface Row {
  readonly key: string;
  readonly label: string;
  readonly value: number | null;
  readonly text: string;
  readonly help: string;
}

/** What a run's lists are like besides being right. */
export function BeyondPanel({ run, cutoff }: { readonly run: RunSummary; readonly cutoff: Cutoff }) {
  const { id } = run;
  const { seed, dataset } = run.experiment;
  const command = useMemo(
    (): Extract<AnalysisCommand, { type: 'beyondAccuracy' }> => ({
      type: 'beyondAccuracy',
      settings: [{ key: id, runs: [{ id, seed }] }],
      datasetId: dataset.id,
      cutoff,
    }),
    [id, seed, dataset.id, cutoff],
  );
  const { value, last, fault, phase } = useAnswer(command, beyondAccuracyOf);
  const answer = value ?? last;
  const values = answer?.settings[0]?.runs[0]?.values;
  const rows = useMemo(
    () =>
      values
        ? metricsOf([values]).map(({ key, label, help, value: of, format }): Row => {
            const found = of(values);
            return { key, label, help, value: found, text: format(found) };
          })
        : [],
    [values],
  );
  const title = `Beyond accuracy, ${run.name}`;
  return (
    <Panel
      title="Beyond accuracy"
      note={`the first ${cutoff} of every test user’s list`}
      actions={
        rows.length > 0 && (
          <PaperButtons
            title={title}
            paper={() => ({
              caption: `${title}, first ${cutoff} places.`,
              columns: ['Metric', 'Value'],
              rows: rows.map(({ label, text }) => [{ text: label }, { text }]),
            })}
            data={() => ({
              columns: ['metric', 'value'],
              rows: rows.map(({ key, value: of }) => [`${key}@${cutoff}`, of]),
            })}
          />
        )
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {!answer && !fault && <p role="status">{phase?.text ?? 'reading the lists'} …</p>}
      {rows.length > 0 && <DataTable label="Beyond accuracy" columns={COLUMNS} rows={rows} rowId={({ key }) => key} />}
      {answer && Object.keys(values?.similarity ?? {}).length > 0 && (
        <p className={styles.note}>Similarity: {formatCount(answer.similarityUsers)} users, evenly among all.</p>
      )}
    </Panel>
  );
}

const COLUMNS: readonly Column<Row>[] = [
  { id: 'metric', header: 'Metric', rowHeader: true, sortable: false, value: ({ label }) => label },
  {
    id: 'value',
    header: 'Value',
    numeric: true,
    sortable: false,
    value: ({ value }) => value,
    cell: ({ text }) => text,
  },
  { id: 'help', header: 'What it says', sortable: false, wideOnly: true, value: ({ help }) => help },
];
