import { useCallback, useMemo, useState } from 'react';
import type { DatasetLabels } from '../../domain/dataset';
import type { KnockoutEffect, ListChange, Standing } from '../../domain/knockouts';
import { GROUP_NAMES } from '../../domain/longTail';
import { metricLabel } from '../../domain/metrics';
import type { RunSummary, WeightsOf } from '../../domain/run';
import type { UserMetric } from '../../domain/userResults';
import { listChangesOf, type AnalysisThread } from '../../state/analysis';
import { useDatasets } from '../../state/datasets';
import { useAnswer } from '../../state/useAsked';
import type { AskOptions } from '../../state/workerThread';
import { DataTable, type Column } from '../../ui/DataTable';
import { EntityName } from '../../ui/EntityName';
import { formatCount, formatMetric, formatNumber } from '../../ui/format';
import { FaultNotice } from '../../ui/Notice';
import { Columns } from '../../ui/Page';
import { EntityField } from '../readings/EntityField';
import { signed } from '../readings/reproduction';
import styles from './knockouts.module.css';

interface EffectDetailProps {
  readonly thread: AnalysisThread;
  readonly run: RunSummary;
  readonly of: WeightsOf;
  readonly labels: DatasetLabels | null;
  readonly intact: Standing;
  readonly effect: KnockoutEffect;
  readonly name: string;
  readonly metric: UserMetric;
  readonly firstUser: number;
}

/** Who loses by a knock-out: groups of users and items, and one user's list before and after. */
export function EffectDetail({ intact, effect, name, metric, ...list }: EffectDetailProps) {
  const rows = useMemo(() => groupRows(intact, effect, metric), [intact, effect, metric]);
  return (
    <Columns min={360}>
      <div className={styles.part}>
        <h3 className={styles.subhead}>Who loses without {name}</h3>
        <DataTable
          label={`${metricLabel(metric)} without ${name}, by group`}
          columns={GROUP_COLUMNS}
          rows={rows}
          rowId={(row) => row.name}
        />
        <p className={styles.note}>Test split; users by training interactions, items by popularity.</p>
      </div>
      <ChangedList {...list} effect={effect} name={name} />
    </Columns>
  );
}

interface GroupRow {
  readonly name: string;
  readonly users: number;
  readonly before: number | null;
  readonly after: number | null;
}

function groupRows(intact: Standing, effect: Standing, metric: UserMetric): GroupRow[] {
  const of = metric === 'recall@20' ? 'recall' : 'ndcg';
  return [
    ...intact.activity.map(({ name, users, means }, place) => ({
      name: `${name} users`,
      users,
      before: users === 0 ? null : means[metric],
      after: users === 0 ? null : (effect.activity[place]?.means[metric] ?? null),
    })),
    ...intact.popularity.map((group, place) => ({
      name: `${GROUP_NAMES[place] ?? 'other'} items`,
      users: group.users,
      before: group[of],
      after: effect.popularity[place]?.[of] ?? null,
    })),
  ];
}

const fallOf = ({ before, after }: GroupRow): number | null =>
  before === null || after === null ? null : before - after;

const GROUP_COLUMNS: readonly Column<GroupRow>[] = [
  { id: 'name', header: 'Group', rowHeader: true, sortable: false, value: ({ name }) => name },
  { id: 'users', header: 'Users', numeric: true, value: ({ users }) => users, cell: ({ users }) => formatCount(users) },
  {
    id: 'before',
    header: 'Intact',
    numeric: true,
    value: ({ before }) => before,
    cell: ({ before }) => formatMetric(before),
  },
  {
    id: 'after',
    header: 'Without',
    numeric: true,
    value: ({ after }) => after,
    cell: ({ after }) => formatMetric(after),
  },
  {
    id: 'fall',
    header: 'Fall',
    numeric: true,
    value: fallOf,
    cell: (row) => {
      const fall = fallOf(row);
      return fall === null ? '–' : signed(fall);
    },
  },
];

type ChangedListProps = Pick<EffectDetailProps, 'thread' | 'run' | 'of' | 'labels' | 'effect' | 'name' | 'firstUser'>;

function ChangedList({ thread, run, of, labels, effect, name, firstUser }: ChangedListProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const user = chosen ?? firstUser;
  const statistics = useDatasets(
    (state) => state.datasets.find(({ id }) => id === run.experiment.dataset.id)?.statistics,
  );
  const { knockout } = effect;
  const command = useMemo(() => ({ runId: run.id, of, knockout, user }), [run.id, of, knockout, user]);
  const ask = useCallback(
    (asked: typeof command, { onPhase }: AskOptions) => listChangesOf(thread, asked, onPhase ? { onPhase } : {}),
    [thread],
  );
  const { value, last, fault } = useAnswer(command, ask);
  const columns = useMemo(() => listColumns(labels), [labels]);
  const rows = value ?? last ?? [];
  return (
    <div className={styles.part} aria-busy={!value && !fault}>
      <EntityField
        label="User"
        scope="user"
        labels={labels}
        value={user}
        count={statistics?.users ?? 0}
        onChange={setChosen}
      />
      {fault && <FaultNotice fault={fault} />}
      <div className={styles.scroll}>
        <DataTable
          label={`The user’s list without ${name}`}
          columns={columns}
          rows={rows}
          rowId={({ item }) => String(item)}
          empty="Ranking …"
        />
      </div>
      <p className={styles.note}>The first 20 before and after, by the rank before.</p>
    </div>
  );
}

function listColumns(labels: DatasetLabels | null): readonly Column<ListChange>[] {
  return [
    { id: 'before', header: 'Before', numeric: true, value: ({ before }) => before },
    { id: 'after', header: 'After', numeric: true, value: ({ after }) => after },
    {
      id: 'item',
      header: 'Item',
      rowHeader: true,
      value: ({ item }) => item,
      cell: ({ item }) => <EntityName labels={labels} scope="item" index={item} />,
    },
    {
      id: 'moved',
      header: 'Moved',
      numeric: true,
      value: ({ before, after }) => before - after,
      cell: ({ before, after }) =>
        before === after ? '=' : `${before > after ? '↑' : '↓'} ${formatNumber(Math.abs(before - after), 6)}`,
    },
    {
      id: 'role',
      header: 'Role',
      value: ({ heldOut }) => (heldOut === null ? '' : heldOut === 'test' ? 'test item' : 'validation item'),
    },
  ];
}
