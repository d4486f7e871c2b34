import { useState } from 'react';
import { useNavigate } from 'react-router';
import { plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Checkbox } from '../../ui/Field';
import { ablationRuns } from '../../domain/ablation';
import type { DatasetDocument } from '../../domain/dataset';
import { modelTable } from '../../domain/models/catalogue';
import type { Config } from '../../domain/models/table';
import type { Experiment } from '../../domain/run';
import { newId } from '../../domain/ids';
import { withPretraining } from '../../domain/pretraining';
import { useRuns } from '../../state/runs';
import { plannedRows, setName, type PlannedRow, type SetKind } from './ablationPlan';
import { parseSeeds } from '../drafts/draft';
import { SeedsField } from '../drafts/SeedsField';
import { QueueDialog } from '../drafts/QueueDialog';
import styles from './experiments.module.css';

interface AblationDialogProps {
  /** The full model, as the form says. */
  readonly full: Omit<Experiment, 'seed'>;
  readonly dataset: DatasetDocument;
  /** Rows of the model's ablation table, or controls of its features. */
  readonly kind: SetKind;
  /** As typed on the form. */
  readonly seeds: string;
  readonly onClose: () => void;
}

const TITLES: Readonly<Record<SetKind, string>> = { ablations: 'Ablation set', controls: 'Control set' };
const WORDS: Readonly<Record<SetKind, string>> = {
  ablations:
    'Each row uses the form’s settings and changes only what its name says. The runs are queued, and their results become one table.',
  controls:
    'Each row uses the form’s settings, and something in it has lost its meaning: features, texts, or what the model itself relies on. If a row is as good as the full model, the model does not use it here.',
};

/** Which rows of a set are run, and with which seeds. */
export function AblationDialog({ full, dataset, kind, seeds: typed, onClose }: AblationDialogProps) {
  const navigate = useNavigate();
  const runs = useRuns((state) => state.runs);
  // The rows stay as they were offered, whatever ends meanwhile.
  const [rows] = useState(() => plannedRows(full, dataset, runs, kind));
  // Of controls, shuffling is the usual one: it changes nothing but the meaning.
  const [left, setLeft] = useState<ReadonlySet<string>>(() =>
    kind === 'controls' ? rowsWithout(rows, USUAL) : new Set(),
  );
  const [seeds, setSeeds] = useState(typed);
  const [queueing, setQueueing] = useState(false);
  const parsed = parseSeeds(seeds);
  const possible = rows.filter(({ reason }) => reason === null);
  const chosen = possible.filter(({ id }) => !left.has(id));
  const [id] = useState(newId);
  const wanted = ablationRuns(chosen, parsed.seeds ?? [], {
    id,
    name: setName(full, kind),
    ...(kind === 'controls' && { controls: true }),
  });
  const before = withPretraining(wanted, runs).length - wanted.length;

  const start = async (): Promise<void> => {
    setQueueing(true);
    const ids = await useRuns.getState().enqueue(wanted);
    setQueueing(false);
    // The form's page says how many were not stored.
    if (ids.length === wanted.length) await navigate(`/groups/${id}`);
    else onClose();
  };

  return (
    <QueueDialog
      title={`${TITLES[kind]}: ${modelTable(full.model).name} on ${dataset.name}`}
      description={WORDS[kind]}
      wanted={wanted}
      dataset={dataset}
      queueing={queueing}
      onQueue={() => void start()}
      onClose={onClose}
    >
      <fieldset className={styles.group}>
        <legend>Rows of the table</legend>
        <div className={styles.rows}>
          {rows.map((row) => (
            <Row
              key={row.id}
              row={row}
              checked={chosen.includes(row)}
              onChecked={(checked) =>
                setLeft(new Set(checked ? [...left].filter((one) => one !== row.id) : [...left, row.id]))
              }
            />
          ))}
        </div>
        <div className={styles.rowButtons}>
          {kind === 'controls' &&
            CHOICES.map(({ label, kinds }) => (
              <Button key={label} small onClick={() => setLeft(rowsWithout(rows, kinds))}>
                {label}
              </Button>
            ))}
          <Button small disabled={chosen.length === possible.length} onClick={() => setLeft(new Set())}>
            All
          </Button>
          <Button small disabled={chosen.length === 0} onClick={() => setLeft(new Set(possible.map((row) => row.id)))}>
            None
          </Button>
        </div>
      </fieldset>
      <SeedsField
        seeds={seeds}
        help="Every row is run with each seed: the same seeds make rows comparable."
        onSeeds={setSeeds}
      />
      <p role="status">
        {plural(chosen.length, 'row')} × {plural(parsed.seeds?.length ?? 0, 'seed')} = {plural(wanted.length, 'run')}
        {before > 0 && `, after ${plural(before, 'pre-training run')}`}.
        {chosen.length > 0 &&
          !chosen.some((row) => row.id === 'full') &&
          possible.some((row) => row.id === 'full') &&
          ' Without the full model, the table shows no differences.'}
      </p>
    </QueueDialog>
  );
}

const USUAL = ['none', 'shuffled'];

/** Kinds of control that are chosen together. */
const CHOICES = [
  { label: 'Shuffled', kinds: USUAL },
  { label: 'Constants and noise (arXiv 2508.07399)', kinds: ['none', 'constant', 'noise'] },
] as const;

/** The rows of other kinds: their features are emptied in another way. */
const rowsWithout = (rows: readonly PlannedRow[], kinds: readonly string[]): ReadonlySet<string> =>
  new Set(rows.flatMap(({ id, experiment }) => (kinds.includes(kindOf(experiment.config)) ? [] : [id])));

const kindOf = ({ featureControl = 'none' }: Config): string => String(featureControl);

function Row({
  row,
  checked,
  onChecked,
}: {
  readonly row: PlannedRow;
  readonly checked: boolean;
  readonly onChecked: (checked: boolean) => void;
}) {
  return (
    <Checkbox
      label={row.label}
      checked={checked}
      disabled={row.reason !== null}
      onCheckedChange={onChecked}
      help={
        row.reason ??
        (row.changes.length === 0 ? (
          'the form’s settings'
        ) : (
          <>
            <code>{row.changes.join(' ')}</code> {row.note && `(${row.note})`}
          </>
        ))
      }
    />
  );
}
