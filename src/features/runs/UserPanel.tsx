import { useMemo, useState } from 'react';
import { formatCount, formatMetric, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { EntityName } from '../../ui/EntityName';
import { Field, Input } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import type { DatasetLabels } from '../../domain/dataset';
import { entityLabel, idAndName, idFinder, idOf, originalIds } from '../../domain/entityNames';
import type { Interactions } from '../../domain/interactions';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import type { RunDetails } from '../../storage/runs';
import { itemPopularity, ranked, userView, type TopItem } from './userRows';
import styles from './runs.module.css';

interface UserPanelProps {
  readonly details: RunDetails;
  readonly metric: MetricKey;
  readonly interactions: Interactions | null;
  readonly labels: DatasetLabels | null;
}

/** One user: history, top list with hits, and what was missed. */
export function UserPanel({ details, metric, interactions, labels }: UserPanelProps) {
  const { users, values } = details.perUser;
  const order = useMemo(() => ranked(values[metric]), [values, metric]);
  const [row, setRow] = useState(() => order[order.length - 1] ?? 0);
  const [typed, setTyped] = useState<string | null>(null);
  const popularity = useMemo(() => (interactions ? itemPopularity(interactions) : null), [interactions]);
  const view = useMemo(
    () => (interactions && popularity ? userView(details, row, interactions, popularity) : null),
    [details, row, interactions, popularity],
  );
  const find = useMemo(() => rowFinder(users, labels), [users, labels]);
  const columns = useMemo(() => columnsFor(labels), [labels]);

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
      note={`${originalIds(labels, 'user') ? `index ${user}, ` : ''}${metricLabel(metric)} ${formatMetric(values[metric][row])}`}
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
      {view ? (
        <>
          <p className={styles.note}>
            {plural(view.history.length, 'training item')} · {formatCount(view.top.filter(({ hit }) => hit).length)} of{' '}
            {formatCount(view.missed.length + view.top.filter(({ hit }) => hit).length)} test items in the first{' '}
            {details.cutoff}
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
                  (item) =>
                    `${entityLabel(labels, 'item', item)} (${plural(popularity?.[item] ?? 0, 'training interaction')})`,
                )
                .join(', ')}
            </p>
          )}
        </>
      ) : (
        <p className={styles.note}>The dataset is no longer stored. Import it again to see items and hits.</p>
      )}
    </Panel>
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

function columnsFor(labels: DatasetLabels | null): readonly Column<TopItem>[] {
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
  ];
}
