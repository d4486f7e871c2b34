import { useCallback, useMemo, useState } from 'react';
import { formatCount, formatMetric, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { EntityName } from '../../ui/EntityName';
import { Field, Input } from '../../ui/Field';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import type { DatasetLabels } from '../../domain/dataset';
import { entityLabel, idAndName, idFinder, idOf, originalIds } from '../../domain/entityNames';
import { metricLabel } from '../../domain/metrics';
import type { TopItem, UserMetric, UserResults, UserView } from '../../domain/userResults';
import { userOf, type AnalysisThread } from '../../state/analysis';
import { useAnswer } from '../../state/useAsked';
import { ContributionsTable } from '../readings/ContributionsTable';
import { useContributions } from '../readings/useContributions';
import styles from './runs.module.css';

interface UserPanelProps {
  /** The one that has answered with `results`. */
  readonly thread: AnalysisThread;
  readonly runId: string;
  readonly results: UserResults;
  readonly metric: UserMetric;
  readonly labels: DatasetLabels | null;
}

/** One user: history, top list with hits, and what was missed. */
export function UserPanel({ thread, runId, results, metric, labels }: UserPanelProps) {
  const { users, cutoff } = results;
  const { values, order } = results.all[metric];
  const [row, setRow] = useState(() => order[order.length - 1] ?? 0);
  const [typed, setTyped] = useState<string | null>(null);
  const command = useMemo(() => ({ runId, row }), [runId, row]);
  const ask = useCallback((asked: typeof command) => userOf(thread, asked, {}), [thread]);
  const { value, last, fault } = useAnswer(command, ask);
  // While another user is read, the one before stays.
  const answer = value ?? last;
  const find = useMemo(() => rowFinder(users, labels), [users, labels]);
  const [asked, setAsked] = useState<{ readonly row: number; readonly item: number } | null>(null);
  const item = asked?.row === row ? asked.item : null;
  const columns = useMemo(() => columnsFor(labels, (of) => setAsked({ row, item: of })), [labels, row]);

  const show = (next: number | undefined): void => {
    setTyped(null);
    if (next !== undefined && next >= 0 && next < users.length) setRow(next);
  };
  const at = (share: number): number | undefined => order[Math.round(share * (order.length - 1))];
  const user = users[row] ?? 0;
  const wanted = typed === null ? row : find(typed);
  const type = (text: string): void => {
    setTyped(text);
    const found = find(text);
    if (found >= 0) setRow(found);
  };

  return (
    <Panel
      title={`User ${idAndName(labels, 'user', user)}`}
      note={`${originalIds(labels, 'user') ? `index ${user}, ` : ''}${metricLabel(metric)} ${formatMetric(values[row])}`}
    >
      <div className={styles.buttons}>
        <Field label="User id" {...(wanted < 0 && { error: `User ${typed} has no test items or does not exist.` })}>
          {(control) => (
            <Input
              {...control}
              className={styles.id}
              {...(!originalIds(labels, 'user') && { inputMode: 'numeric' })}
              value={typed ?? idOf(labels, 'user', user)}
              onChange={(event) => type(event.target.value)}
              onBlur={() => setTyped(null)}
            />
          )}
        </Field>
        <Button small onClick={() => show(row - 1)} disabled={row === 0}>
          Previous
        </Button>
        <Button small onClick={() => show(row + 1)} disabled={row >= users.length - 1}>
          Next
        </Button>
        <Button small onClick={() => show(at(1))}>
          Best
        </Button>
        <Button small onClick={() => show(at(0.5))}>
          Median
        </Button>
        <Button small onClick={() => show(at(0))}>
          Worst
        </Button>
      </div>
      {fault && <FaultNotice fault={fault} />}
      {!fault && answer?.view && (
        <Lists view={answer.view} cutoff={cutoff} columns={columns} labels={labels} user={user} />
      )}
      {item !== null && <Why thread={thread} runId={runId} user={user} item={item} labels={labels} />}
      {!fault && !answer && <p className={styles.note}>Reading the user’s list …</p>}
      {!fault && answer && !answer.view && (
        <p className={styles.note}>The dataset is no longer stored. Import it again to see items and hits.</p>
      )}
    </Panel>
  );
}

interface WhyProps extends Pick<UserPanelProps, 'thread' | 'runId' | 'labels'> {
  readonly user: number;
  readonly item: number;
}

/** Which items of the user's history brought one of the list. */
function Why({ thread, runId, user, item, labels }: WhyProps) {
  const { value, fault, phase } = useContributions(thread, { runId, of: 'best', user, item });
  return (
    <section className={styles.column} aria-label="Which items did it">
      <h3>Which items did it</h3>
      {fault && <FaultNotice fault={fault} />}
      {!value && !fault && <p role="status">{phase?.text ?? 'reading the run'} …</p>}
      {value && (
        <div className={styles.topList}>
          <ContributionsTable contributions={value} labels={labels} />
        </div>
      )}
    </section>
  );
}

interface ListsProps {
  readonly view: UserView;
  readonly cutoff: number;
  readonly columns: readonly Column<TopItem>[];
  readonly labels: DatasetLabels | null;
  readonly user: number;
}

function Lists({ view, cutoff, columns, labels, user }: ListsProps) {
  const hits = view.top.filter(({ hit }) => hit).length;
  return (
    <>
      <p className={styles.note}>
        {plural(view.history, 'training item')} · {formatCount(hits)} of {formatCount(view.missed.length + hits)} test
        items in the first {cutoff}
      </p>
      <div className={styles.topList}>
        <DataTable
          label={`Top list of user ${idAndName(labels, 'user', user)}`}
          columns={columns}
          rows={view.top}
          rowId={({ rank }) => String(rank)}
        />
      </div>
      {view.missed.length > 0 && (
        <p className={styles.note}>
          Missed:{' '}
          {view.missed
            .map(
              ({ item, popularity }) =>
                `${entityLabel(labels, 'item', item)} (${plural(popularity, 'training interaction')})`,
            )
            .join(', ')}
        </p>
      )}
    </>
  );
}

/** Finds the row of a user by the original id; −1 where there is none. */
function rowFinder(users: Int32Array, labels: DatasetLabels | null): (text: string) => number {
  const find = idFinder(
    labels,
    'user',
    users.reduce((most, user) => Math.max(most, user + 1), 0),
  );
  return (text) => users.indexOf(find(text) ?? -1);
}

function columnsFor(labels: DatasetLabels | null, onWhy: (item: number) => void): readonly Column<TopItem>[] {
  const category = (item: number): string => {
    const categories = labels?.itemCategories;
    return categories?.names[categories.of[item] ?? -1] ?? '';
  };
  return [
    { id: 'rank', header: 'Rank', numeric: true, value: ({ rank }) => rank },
    {
      id: 'item',
      header: 'Item',
      rowHeader: true,
      value: ({ item }) => entityLabel(labels, 'item', item),
      cell: ({ item }) => <EntityName labels={labels} scope="item" index={item} />,
    },
    ...(labels?.itemCategories
      ? [{ id: 'category', header: 'Category', wideOnly: true, value: ({ item }: TopItem) => category(item) }]
      : []),
    {
      id: 'hit',
      header: 'Hit',
      value: ({ hit }) => hit,
      cell: ({ hit }) =>
        hit && (
          <span role="img" aria-label="in the test split">
            ✓
          </span>
        ),
    },
    {
      id: 'score',
      header: 'Score',
      numeric: true,
      value: ({ score }) => score,
      cell: ({ score }) => formatMetric(score),
    },
    {
      id: 'popularity',
      header: 'Popularity',
      numeric: true,
      wideOnly: true,
      value: ({ popularity }) => popularity,
      cell: ({ popularity }) => formatCount(popularity),
    },
    {
      id: 'why',
      header: 'Which items did it',
      hideHeader: true,
      sortable: false,
      value: () => null,
      cell: ({ item }) => (
        <Button
          small
          variant="quiet"
          aria-label={`Which items brought ${entityLabel(labels, 'item', item)}`}
          onClick={() => onWhy(item)}
        >
          Why?
        </Button>
      ),
    },
  ];
}
