import { useCallback, useMemo } from 'react';
import { formatCount, formatMetric, formatNumber } from '../../ui/format';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { EntityName } from '../../ui/EntityName';
import { FaultNotice } from '../../ui/Notice';
import { Surface } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import type { DatasetLabels } from '../../domain/dataset';
import { entityLabel } from '../../domain/entityNames';
import { ratioReach, routingCells, type PairExplanation, type RankedItem, type RunRouting } from '../../domain/routes';
import { routingStatistics } from '../../domain/routing';
import type { WeightsOf } from '../../domain/run';
import { type AnalysisThread, explainPair } from '../../state/analysis';
import type { AskOptions } from '../../state/workerThread';
import { shownEpoch } from '../readings/words';
import { EvidencePart } from './EvidencePart';
import { ExpertMap } from '../readings/ExpertMap';
import { useAnswer } from '../../state/useAsked';
import styles from './routing.module.css';

interface PairViewProps {
  readonly thread: AnalysisThread;
  readonly runId: string;
  readonly of: WeightsOf;
  readonly user: number;
  readonly item: number;
  readonly routing: RunRouting;
  readonly labels: DatasetLabels | null;
  readonly wide: boolean;
  readonly onItem: (item: number) => void;
}

/** How one pair is routed, what the user's history says for it, and where it stands in the user's list (MAGNET, Figure 14). */
export function PairView({ thread, runId, of, user, item, routing, labels, wide, onItem }: PairViewProps) {
  const command = useMemo(() => ({ runId, of, user, item }), [runId, of, user, item]);
  const ask = useCallback(
    (asked: typeof command, { onPhase }: AskOptions) => explainPair(thread, asked, onPhase ? { onPhase } : {}),
    [thread],
  );
  const { value, fault, phase } = useAnswer(command, ask);
  if (fault) return <FaultNotice fault={fault} />;
  if (!value)
    return (
      <p role="status" className={styles.note}>
        {phase?.text ?? 'routing the pair'} …
      </p>
    );
  return (
    <Explained
      key={`${user} ${item}`}
      thread={thread}
      runId={runId}
      of={of}
      explanation={value}
      routing={routing}
      labels={labels}
      wide={wide}
      onItem={onItem}
    />
  );
}

interface ExplainedProps extends Omit<PairViewProps, 'user' | 'item'> {
  readonly explanation: PairExplanation;
}

function Explained({ thread, runId, of, explanation, routing, labels, wide, onItem }: ExplainedProps) {
  const { experts, groups, families } = routing;
  const { probabilities, shares, contributions, rank, candidates, epoch } = explanation;
  const statistics = useMemo(
    () => routingStatistics(Float32Array.from(probabilities), probabilities.length),
    [probabilities],
  );
  const cells = useMemo(
    () => routingCells(probabilities, experts, groups.length, families),
    [probabilities, experts, groups, families],
  );
  const rows = useMemo(
    () =>
      experts.map(({ name }, e): ExpertRow => ({
        name,
        probability: probabilities[e] ?? 0,
        share: shares[e] ?? 0,
        contribution: contributions[e] ?? 0,
      })),
    [experts, probabilities, shares, contributions],
  );
  const score = contributions.reduce((sum, value) => sum + value, 0);
  const top = [...rows].sort((a, b) => b.probability - a.probability).slice(0, 3);
  const listColumns = useMemo(() => listColumnsOf(explanation, labels, onItem), [explanation, labels, onItem]);
  return (
    <div className={wide ? styles.explained : styles.aligned}>
      <Surface>
        <ExpertMap
          title={`Routing of this pair, epoch ${shownEpoch(epoch)}`}
          summary={`${top.map(({ name, probability }) => `${name} ${formatNumber(probability, 3)}`).join(', ')}; ${formatNumber(statistics.effective, 3)} experts in effective use.`}
          groups={groups}
          families={families}
          cells={cells}
          reach={Math.max(routing.pairs.reach, ratioReach([cells]))}
          valueLabel="π"
          height={260}
        />
        <StatList>
          <Stat label="Score ŷ" value={formatNumber(score, 4)} />
          <Stat
            label="Rank"
            value={rank === null ? 'trained on' : formatCount(rank)}
            note={`of ${formatCount(candidates)}`}
          />
          <Stat label="N_eff" value={formatNumber(statistics.effective, 3)} />
          <Stat label="HHI" value={formatNumber(statistics.hhi, 3)} />
        </StatList>
        <DataTable
          label="Experts of this pair"
          columns={EXPERT_COLUMNS}
          rows={rows}
          rowId={({ name }) => name}
          initialSort={{ id: 'probability', descending: true }}
        />
        <p className={styles.note}>
          π: probability of the expert. π̃: the same among the selected ones. What they add sums to the score ŷ.
        </p>
      </Surface>
      <Surface>
        <EvidencePart thread={thread} runId={runId} of={of} explanation={explanation} labels={labels} />
        <h3 className={styles.subhead}>The user’s list</h3>
        <div className={styles.scroll}>
          <DataTable
            label="Ranked list of the user"
            columns={listColumns}
            rows={explanation.list}
            rowId={({ item }) => String(item)}
            isCurrent={({ item }) => item === explanation.item}
          />
        </div>
      </Surface>
    </div>
  );
}

interface ExpertRow {
  readonly name: string;
  readonly probability: number;
  readonly share: number;
  readonly contribution: number;
}

const EXPERT_COLUMNS: readonly Column<ExpertRow>[] = [
  { id: 'name', header: 'Expert', rowHeader: true, value: ({ name }) => name },
  {
    id: 'probability',
    header: 'π',
    numeric: true,
    value: ({ probability }) => probability,
    cell: ({ probability }) => formatMetric(probability),
  },
  {
    id: 'share',
    header: 'π̃, selected',
    numeric: true,
    value: ({ share }) => share,
    cell: ({ share }) => (share > 0 ? formatMetric(share) : 'not selected'),
  },
  {
    id: 'contribution',
    header: 'adds to ŷ',
    numeric: true,
    value: ({ contribution }) => contribution,
    cell: ({ share, contribution }) => (share > 0 ? formatNumber(contribution, 4) : '–'),
  },
];

function listColumnsOf(
  { item: target, hardestNegative }: PairExplanation,
  labels: DatasetLabels | null,
  onItem: (item: number) => void,
): readonly Column<RankedItem>[] {
  const words = ({ item, heldOut }: RankedItem): string =>
    [
      item === target && 'this pair',
      heldOut === 'test' && 'test item',
      heldOut === 'valid' && 'validation item',
      item === hardestNegative && 'highest negative',
    ]
      .filter(Boolean)
      .join(', ');
  return [
    { id: 'rank', header: 'Rank', numeric: true, value: ({ rank }) => rank, cell: ({ rank }) => formatCount(rank) },
    {
      id: 'item',
      header: 'Item',
      rowHeader: true,
      value: ({ item }) => entityLabel(labels, 'item', item),
      cell: ({ item }) =>
        item === target ? (
          <EntityName labels={labels} scope="item" index={item} />
        ) : (
          <Button small variant="quiet" onClick={() => onItem(item)}>
            <EntityName labels={labels} scope="item" index={item} />
          </Button>
        ),
    },
    {
      id: 'score',
      header: 'Score',
      numeric: true,
      value: ({ score }) => score,
      cell: ({ score }) => formatNumber(score, 4),
    },
    { id: 'mark', header: 'Role', value: words },
  ];
}
