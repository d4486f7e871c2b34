import { memo, useMemo, useState } from 'react';
import { formatCount, formatMetric, formatPercent } from '../../ui/format';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { Choice } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { DataDialog } from '../../charts/DataDialog';
import { GROUP_NAMES, type PopularityGroup } from '../../domain/longTail';
import { CUTOFFS, type Cutoff } from '../../domain/metrics';
import type { RunSummary } from '../../domain/run';
import type { AnalysisCommand } from '../../domain/analysisProtocol';
import { longTailOf } from '../../state/analysis';
import { useAnswer } from '../../state/useAsked';
import type { AskOptions } from '../../state/workerThread';
import { standIn } from '../readings/findings';
import { groupTable } from '../readings/groupTable';
import { BeyondPanel } from './BeyondPanel';
import styles from './runs.module.css';

/** How a run serves popular and rare items (EGRA, Figure 2). */
export const LongTailTab = memo(function LongTailTab({ run }: { readonly run: RunSummary }) {
  const [cutoff, setCutoff] = useState<Cutoff>(20);
  const { id, result } = run;
  const { seed, dataset } = run.experiment;
  // A run that has ended is asked about again: then there are results.
  const command = useMemo(
    (): Asked => ({
      type: 'longTail',
      settings: [{ key: id, runs: [{ id, seed }] }],
      datasetId: dataset.id,
      cutoff,
      result,
    }),
    [id, seed, dataset.id, cutoff, result],
  );
  const { value, last, fault } = useAnswer(command, ask);
  if (fault?.code === 'DATA_NOT_FOUND')
    return (
      <Notice tone="warning" title="The run’s dataset is no longer stored here.">
        Import it again on the Data page to see how popular the recommended items are.
      </Notice>
    );
  if (fault) return <FaultNotice fault={fault} />;
  const answer = value ?? last;
  if (!answer) return <p className={styles.note}>Reading results per user …</p>;
  if (!answer.groups)
    return (
      <Notice title="The groups need the test evaluation.">
        It happens at the best epoch, when the run ends or is stopped.
      </Notice>
    );
  return (
    <div className={styles.column}>
      <Groups run={run} {...answer} groups={answer.groups} wanted={cutoff} onWanted={setCutoff} />
      <BeyondPanel run={run} cutoff={cutoff} />
    </div>
  );
});

type Asked = Extract<AnalysisCommand, { type: 'longTail' }> & Pick<RunSummary, 'result'>;

const ask = async ({ result: _, ...command }: Asked, options: AskOptions) => {
  const [setting] = await longTailOf(command, options);
  return { cutoff: command.cutoff, groups: setting?.runs[0]?.groups ?? null };
};

interface GroupsProps {
  readonly run: RunSummary;
  readonly groups: readonly PopularityGroup[];
  /** What they are grouped by; `wanted` is what is being asked for. */
  readonly cutoff: Cutoff;
  readonly wanted: Cutoff;
  readonly onWanted: (cutoff: Cutoff) => void;
}

function Groups({ run, groups, cutoff, wanted, onWanted }: GroupsProps) {
  const [data, setData] = useState(false);
  const rows = useMemo(() => groups.map((group, place): Row => ({ ...group, place })), [groups]);
  const columns = useMemo(() => columnsOf(rows, cutoff), [rows, cutoff]);
  const title = 'By popularity of the item';
  const note = standIn(run);
  return (
    <Panel
      title={title}
      note="test split; items by training interactions in five equal groups"
      actions={
        <>
          <Choice
            segments
            hideLabel
            label="Cutoff K"
            value={String(wanted)}
            options={CUTOFFS.map((value) => ({ value: String(value), label: `@${value}` }))}
            onValueChange={(value) => onWanted(CUTOFFS.find((one) => String(one) === value) ?? 20)}
          />
          <Button small variant="quiet" onClick={() => setData(true)}>
            Numbers
          </Button>
        </>
      }
    >
      <DataTable label={title} columns={columns} rows={rows} rowId={({ place }) => String(place)} />
      {note && <p className={styles.standIn}>⚠ {note}</p>}
      <p className={styles.note}>{readingOf(groups, cutoff)}</p>
      {data && (
        <DataDialog
          title={`${run.name}, by popularity`}
          table={groupTable(groups, cutoff)}
          onClose={() => setData(false)}
        />
      )}
    </Panel>
  );
}

interface Row extends PopularityGroup {
  readonly place: number;
}

const nameOf = ({ place }: Row): string => GROUP_NAMES[place] ?? `group ${place + 1}`;

function columnsOf(rows: readonly Row[], cutoff: Cutoff): readonly Column<Row>[] {
  const metric = (key: 'recall' | 'ndcg', header: string): Column<Row> => {
    const highest = Math.max(...rows.map((row) => row[key] ?? 0), 1e-9);
    return {
      id: key,
      header,
      numeric: true,
      value: (row) => row[key],
      cell: (row) => <Bar value={row[key]} share={(row[key] ?? 0) / highest} />,
    };
  };
  return [
    { id: 'group', header: 'Items', rowHeader: true, value: ({ place }) => place, cell: nameOf },
    {
      id: 'items',
      header: 'How many',
      numeric: true,
      value: ({ items }) => items,
      cell: ({ items }) => formatCount(items),
    },
    {
      id: 'popularity',
      header: 'Training interactions',
      numeric: true,
      value: ({ most }) => most,
      cell: ({ fewest, most }) => (fewest === most ? formatCount(most) : `${formatCount(fewest)}–${formatCount(most)}`),
    },
    {
      id: 'tested',
      header: 'Test interactions',
      numeric: true,
      value: ({ tested }) => tested,
      cell: ({ tested }) => formatCount(tested),
    },
    {
      id: 'recommended',
      header: `Share of the top ${cutoff}`,
      numeric: true,
      value: ({ recommended }) => recommended,
      cell: ({ recommended }) => formatPercent(recommended),
    },
    metric('recall', `Recall@${cutoff}`),
    metric('ndcg', `NDCG@${cutoff}`),
  ];
}

/** A number with a bar under it, as long as its share of the column's highest. */
function Bar({ value, share }: { readonly value: number | null; readonly share: number }) {
  return (
    <span className={styles.barCell}>
      {formatMetric(value)}
      <span className={styles.bar} style={{ inlineSize: `${Math.round(100 * share)}%` }} />
    </span>
  );
}

function readingOf(groups: readonly PopularityGroup[], cutoff: Cutoff): string {
  const [head] = groups;
  const tail = groups[groups.length - 1];
  if (!head || !tail) return '';
  const tested = groups.reduce((sum, group) => sum + group.tested, 0);
  return `The most popular fifth of the items takes ${formatPercent(head.recommended)} of the top ${cutoff} and has ${formatPercent(head.tested / Math.max(1, tested))} of the test interactions; the rarest fifth ${formatPercent(tail.recommended)} and ${formatPercent(tail.tested / Math.max(1, tested))}.`;
}
