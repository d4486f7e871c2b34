import { useMemo, useState } from 'react';
import { PaperButtons } from '../../charts/PaperButtons';
import type { PaperTable } from '../../charts/paperTable';
import type { ChartTable } from '../../charts/table';
import { controlVerdicts, type ControlVerdict } from '../../domain/controlVerdicts';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import { modelTable } from '../../domain/models/catalogue';
import type { AnalysisCommand } from '../../domain/analysisProtocol';
import type { RunSummary } from '../../domain/run';
import { userGroups, type UserGroups } from '../../domain/userGroups';
import { compareSettings } from '../../state/analysis';
import { useAnswer } from '../../state/useAsked';
import { useFinished } from '../../state/useFinished';
import { useLabels } from '../../state/useLabels';
import { DataTable, type Column } from '../../ui/DataTable';
import { Select } from '../../ui/Field';
import { formatMetric, formatP } from '../../ui/format';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { signed } from '../readings/reproduction';
import { sharedReading } from '../readings/sharedReading';
import { ShareButton } from '../sharing/ShareButton';
import styles from './groups.module.css';

const METRIC: MetricKey = 'recall@20';
const ALL = '';

/** What the features are worth: every control against the model as it is, paired over users. */
export function ControlVerdicts({ runs, title }: { readonly runs: readonly RunSummary[]; readonly title: string }) {
  const finished = useFinished(runs);
  const labels = useLabels(finished[0]?.experiment.dataset.id ?? '');
  const groups = useMemo(() => userGroups(labels?.users ?? null), [labels]);
  const [chosen, setChosen] = useState(ALL);
  const group = groups?.names.includes(chosen) ? chosen : null;
  const users = useMemo(() => (group === null ? null : usersOf(groups, group)), [groups, group]);
  const command = useMemo(() => commandOf(finished, users), [finished, users]);
  const caption = group === null ? title : `${title}, ${group} users`;
  const { value, fault } = useAnswer(command, compareSettings);
  const verdicts = useMemo(() => controlVerdicts(value ?? []), [value]);
  if (!command) return null;
  return (
    <Panel
      title="What each is worth here"
      note={`${metricLabel(METRIC)}, test split`}
      actions={
        verdicts.length > 0 && (
          <>
            {groups && (
              <Select
                aria-label="Users"
                value={group ?? ALL}
                options={[
                  { value: ALL, label: 'all users' },
                  ...groups.names.map((name) => ({ value: name, label: `${name} users` })),
                ]}
                onValueChange={setChosen}
              />
            )}
            <PaperButtons
              title={caption}
              paper={() => verdictPaper(verdicts, caption)}
              data={() => verdictData(verdicts)}
            />
            <ShareButton
              small
              ids={finished.map(({ id }) => id)}
              readings={() => [sharedReading(verdictPaper(verdicts, caption))]}
            />
          </>
        )
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {!value && !fault && <p role="status">Testing …</p>}
      {verdicts.length > 0 && (
        <DataTable
          label="Verdicts of the controls"
          columns={COLUMNS}
          rows={verdicts}
          rowId={({ variant }) => variant}
        />
      )}
      <p className={styles.small}>
        Cost: how much the metric falls, paired over users on each user’s mean over common seeds; 95 % by resampling
        users. p: paired t-test, Holm over the rows.
        {groups && ' A modality that only some users follow shows in their group first.'}
      </p>
    </Panel>
  );
}

/** The users of a group that names tell. */
const usersOf = (groups: UserGroups | null, name: string): number[] => {
  const place = groups?.names.indexOf(name) ?? -1;
  return Array.from(groups?.of.keys() ?? []).filter((user) => groups?.of[user] === place);
};

function commandOf(
  runs: readonly RunSummary[],
  users: readonly number[] | null,
): Extract<AnalysisCommand, { type: 'compare' }> | null {
  const [first] = runs;
  if (!first) return null;
  const full = modelTable(first.experiment.model).name;
  const asked = (variant: string) => ({
    key: variant,
    runs: runs
      .filter(({ group }) => group?.variant === variant)
      .map(({ id, experiment }) => ({ id, seed: experiment.seed })),
  });
  const variants = [...new Set(runs.map(({ group }) => group?.variant ?? ''))].filter((one) => one !== full);
  const reference = asked(full);
  return reference.runs.length === 0 || variants.length === 0
    ? null
    : {
        type: 'compare',
        reference,
        others: variants.map(asked),
        metric: METRIC,
        relevant: 'all',
        ...(users && { users }),
      };
}

/** `costs .0031 (.0010 to .0052)` in a sentence about what it means. */
export function verdictWords({ kind, least }: ControlVerdict): string {
  switch (kind) {
    case 'used':
      return 'The model uses what was taken away.';
    case 'harmful':
      return 'The model is better without it.';
    case 'unseen':
      return least === null
        ? 'No difference that these runs could show.'
        : `The model does not use it here, or by less than these runs can show (${formatMetric(least)}).`;
    case 'open':
      return 'Not comparable yet: both need a common seed.';
  }
}

const costWords = ({ cost }: ControlVerdict): string =>
  cost ? `${signed(cost.mean)} (${signed(cost.low)} to ${signed(cost.high)})` : '–';

const COLUMNS: readonly Column<ControlVerdict>[] = [
  { id: 'variant', header: 'Control', rowHeader: true, value: ({ variant }) => variant },
  { id: 'cost', header: 'Cost, 95 %', numeric: true, value: ({ cost }) => cost?.mean ?? null, cell: costWords },
  { id: 'p', header: 'p, after Holm', numeric: true, value: ({ p }) => p, cell: ({ p }) => formatP(p) },
  {
    id: 'verdict',
    header: 'What it says',
    sortable: false,
    value: verdictWords,
    cell: (one) => <span className={styles.words}>{verdictWords(one)}</span>,
  },
];

function verdictPaper(verdicts: readonly ControlVerdict[], caption: string): PaperTable {
  return {
    caption: `${caption}: what the features are worth.`,
    columns: ['Control', `Cost in ${metricLabel(METRIC)}`, '95 %', 'p'],
    rows: verdicts.map(({ variant, cost, p }) => [
      { text: variant },
      { text: cost ? signed(cost.mean) : '–' },
      { text: cost ? `${signed(cost.low)} to ${signed(cost.high)}` : '–' },
      { text: formatP(p) },
    ]),
    notes: [
      'Cost: fall against the model as it is, paired over users (means over common seeds); p after Holm over the rows.',
    ],
  };
}

const verdictData = (verdicts: readonly ControlVerdict[]): ChartTable => ({
  columns: ['control', 'cost', 'cost_low', 'cost_high', 'p_holm', 'verdict', 'smallest_detectable'],
  rows: verdicts.map(({ variant, cost, p, kind, least }) => [
    variant,
    cost?.mean ?? null,
    cost?.low ?? null,
    cost?.high ?? null,
    p,
    kind,
    least,
  ]),
});
