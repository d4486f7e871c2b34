import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { CurveChart } from '../../charts/CurveChart';
import type { Plan } from '../../domain/plan';
import { localMatch } from '../../domain/shared';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { useStudyWatch } from '../../state/studyWatch';
import { Button, ButtonLink } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { formatCount, formatMetric } from '../../ui/format';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { usePoliteText } from '../../ui/usePoliteText';
import styles from './sharing.module.css';
import { countWords, liveSeries, STATE_ORDER, STATE_WORDS, studyRows, type StudyRow } from './studyRows';

/** Rows that are shown until more are asked for. */
const FEW = 50;

/** The study whose folder is open: its runs as they are, and what became of them here. */
export function StudyFolder() {
  const { name, plan, fault, close, again } = useStudyWatch();
  if (plan) return <OpenStudy key={plan.made} plan={plan} />;
  if (fault)
    return (
      <FaultNotice
        fault={fault}
        actions={
          <>
            {name !== null && <Button onClick={() => void again()}>Try again</Button>}
            <Button onClick={close}>Close</Button>
          </>
        }
      />
    );
  return name === null ? null : <Notice title={`Reading the folder “${name}” …`} live="polite" />;
}

function OpenStudy({ plan }: { readonly plan: Plan }) {
  const { name, live, runs, taken, fault, refusal, importing, over, weights, again, close, setWeights } =
    useStudyWatch();
  const [all, setAll] = useState(false);
  const stored = useRuns((state) => state.runs);
  const rows = useMemo(() => studyRows(runs, taken, new Set(stored.map(({ id }) => id))), [runs, taken, stored]);
  const { series, more } = useMemo(() => liveSeries(runs), [runs]);
  const said = usePoliteText(countWords(rows));
  return (
    <Panel
      title={plan.name}
      note={`folder “${name ?? ''}”`}
      actions={
        <>
          <label className={styles.check}>
            <input type="checkbox" checked={weights} onChange={({ target }) => setWeights(target.checked)} />
            Weights too
          </label>
          {live && !over && (
            <Button small disabled={importing} onClick={() => void again()}>
              Look now
            </Button>
          )}
          <Button small onClick={close}>
            Close
          </Button>
        </>
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {refusal && (
        <FaultNotice fault={refusal} actions={<Button onClick={() => void again()}>Go on importing</Button>} />
      )}
      <p className={styles.words} role="status">
        {said}
      </p>
      <p className={styles.words}>
        <Pace />
      </p>
      <DatasetNotice plan={plan} />
      {series.length > 0 && (
        <>
          <CurveChart
            title="Runs in progress"
            series={series}
            xLabel="epoch"
            yLabel="Recall@20, validation"
            cursorKey="study"
            height={240}
          />
          {more > 0 && <p className={styles.words}>{formatCount(more)} more are running, and are not drawn.</p>}
        </>
      )}
      <DataTable
        label={`Runs of ${plan.name}`}
        columns={COLUMNS}
        rows={all ? rows : rows.slice(0, FEW)}
        rowId={({ id }) => id}
      />
      {!all && rows.length > FEW && (
        <div>
          <Button small onClick={() => setAll(true)}>
            Show all {formatCount(rows.length)} runs
          </Button>
        </div>
      )}
    </Panel>
  );
}

/** When it was looked at, and when it will be again. */
function Pace() {
  const { live, over, importing, lookedAt, pace } = useStudyWatch();
  const at = lookedAt ? `Looked at ${lookedAt.toLocaleTimeString('en-GB')}. ` : '';
  if (importing) return `${at}Importing what is finished …`;
  if (!live)
    return `${at}This browser lets a page read a folder only once: this is how the study was then. Open the folder again to see how it is.`;
  if (over) return `${at}All runs are finished and here; the folder is not read any more.`;
  return `${at}The page looks again every ${Math.round(pace / 1000)} seconds and reads only what has changed. Finished runs are imported by themselves, and stay when the folder is closed.`;
}

/** Says what cannot be looked at here, because the data is not. */
function DatasetNotice({ plan }: { readonly plan: Plan }) {
  const loaded = useDatasets((state) => state.loaded);
  const datasets = useDatasets((state) => state.datasets);
  const { dataset } = plan;
  const match = localMatch(dataset, datasets);
  if (!loaded || match.kind === 'same') return null;
  return (
    <Notice
      tone="warning"
      title={
        match.kind === 'otherContent'
          ? `${dataset.name} is not here; ${match.dataset.name} has the same counts, but another content.`
          : `${dataset.name} is not here.`
      }
      actions={
        <ButtonLink to="/data" onClick={() => useDatasets.setState({ expected: dataset.reading ?? null })}>
          Add it on the Data page
        </ButtonLink>
      }
    >
      Runs are imported with their results and curves. What reads the data, such as the long tail or single users, can
      be seen once the dataset with this fingerprint is here.
    </Notice>
  );
}

const COLUMNS: readonly Column<StudyRow>[] = [
  {
    id: 'name',
    header: 'Run',
    rowHeader: true,
    value: ({ name }) => name,
    cell: ({ id, name, here }) => (
      <span className={styles.runCell}>{here ? <Link to={`/runs/${id}`}>{name}</Link> : name}</span>
    ),
  },
  {
    id: 'state',
    header: 'State',
    value: ({ state }) => STATE_ORDER.indexOf(state),
    cell: ({ state }) => {
      const { glyph, label, tone } = STATE_WORDS[state];
      return (
        <span className={styles.state} data-tone={tone}>
          <span aria-hidden>{glyph}</span> {label}
        </span>
      );
    },
  },
  {
    id: 'epochs',
    header: 'Epochs',
    numeric: true,
    value: ({ epochs }) => epochs,
    cell: ({ epochs, of }) =>
      epochs === null ? '–' : `${formatCount(epochs)}${of === null ? '' : ` of ${formatCount(of)}`}`,
  },
  {
    id: 'valid',
    header: 'R@20 valid',
    numeric: true,
    value: ({ valid }) => valid,
    cell: ({ valid }) => formatMetric(valid),
  },
  { id: 'test', header: 'R@20 test', numeric: true, value: ({ test }) => test, cell: ({ test }) => formatMetric(test) },
  { id: 'host', header: 'By', value: ({ host }) => host, wideOnly: true },
  {
    id: 'note',
    header: 'Note',
    value: ({ note }) => note,
    sortable: false,
    cell: ({ note }) => <span className={styles.noteCell}>{note}</span>,
  },
];
