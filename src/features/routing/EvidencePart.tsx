import { useMemo, useState } from 'react';
import type { Contributions } from '../../domain/contributions';
import type { DatasetLabels } from '../../domain/dataset';
import { entityLabel } from '../../domain/entityNames';
import type { Evidence, PairExplanation } from '../../domain/routes';
import type { WeightsOf } from '../../domain/run';
import type { AnalysisThread } from '../../state/analysis';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { EntityName } from '../../ui/EntityName';
import { formatCount, formatNumber, plural } from '../../ui/format';
import { FaultNotice } from '../../ui/Notice';
import { contributionWords, useContributions } from '../readings/useContributions';
import styles from './routing.module.css';

interface EvidencePartProps {
  readonly thread: AnalysisThread;
  readonly runId: string;
  readonly of: WeightsOf;
  readonly explanation: PairExplanation;
  readonly labels: DatasetLabels | null;
}

/** The user's history by likeness to the item and, once asked for, by what the score loses without each interaction. */
export function EvidencePart({ thread, runId, of, explanation, labels }: EvidencePartProps) {
  const { user, item, history, modalities } = explanation;
  const [asked, setAsked] = useState(false);
  const { value, fault, phase } = useContributions(thread, asked ? { runId, of, user, item } : null);
  const columns = useMemo(
    () => [...evidenceColumnsOf(modalities, labels), ...(value ? contributionColumns(value) : [])],
    [modalities, labels, value],
  );
  return (
    <>
      <h3 className={styles.subhead}>
        The user’s history by similarity to this item: {plural(history.length, 'item')}
      </h3>
      <div className={styles.scroll}>
        <DataTable
          label="History and its similarity to the item"
          columns={columns}
          rows={history}
          rowId={(one) => String(one.item)}
          empty="The user has no training interactions."
        />
      </div>
      {fault && <FaultNotice fault={fault} />}
      {value && <p className={styles.note}>{contributionWords(value)}</p>}
      {asked && !value && !fault && <p role="status">{phase?.text ?? 'leaving items out'} …</p>}
      {!asked && history.length > 0 && (
        <div>
          <Button small onClick={() => setAsked(true)}>
            Score without each item
          </Button>
        </div>
      )}
    </>
  );
}

function evidenceColumnsOf(modalities: readonly string[], labels: DatasetLabels | null): readonly Column<Evidence>[] {
  return [
    {
      id: 'item',
      header: 'Item',
      rowHeader: true,
      value: ({ item }) => entityLabel(labels, 'item', item),
      cell: ({ item }) => <EntityName labels={labels} scope="item" index={item} />,
    },
    ...modalities.map((modality, m): Column<Evidence> => ({
      id: modality,
      header: `cos, ${modality}`,
      numeric: true,
      value: ({ similarities }) => similarities[m] ?? 0,
      cell: ({ similarities }) => formatNumber(similarities[m], 3),
    })),
  ];
}

/** What the score loses without each item, beside its likeness. */
function contributionColumns({ history }: Contributions): readonly Column<Evidence>[] {
  const of = new Map(history.map((one) => [one.item, one]));
  return [
    {
      id: 'part',
      header: 'fall of ŷ without it',
      numeric: true,
      value: ({ item }) => of.get(item)?.part ?? null,
      cell: ({ item }) => formatNumber(of.get(item)?.part, 4),
    },
    {
      id: 'rankWithout',
      header: 'rank without it',
      numeric: true,
      value: ({ item }) => of.get(item)?.rank ?? null,
      cell: ({ item }) => formatCount(of.get(item)?.rank ?? null),
    },
  ];
}
