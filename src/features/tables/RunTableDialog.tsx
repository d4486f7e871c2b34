import { useEffect, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import type { DatasetDocument } from '../../domain/dataset';
import { newId } from '../../domain/ids';
import { modelTable } from '../../domain/models/catalogue';
import {
  plannedRows,
  tableRuns,
  tableTitle,
  type PaperTable,
  type PlannedRow,
  type SettingsFrom,
} from '../../domain/paperTables';
import type { PublishedTable } from '../../domain/publishedTables';
import { MOST_RUNS } from '../../domain/sweep';
import { useDevice } from '../../state/device';
import { estimateMemory } from '../../state/estimate';
import { withPretraining } from '../../domain/pretraining';
import { useRuns } from '../../state/runs';
import { Checkbox, Choice, Field, Input } from '../../ui/Field';
import { formatBytes, plural } from '../../ui/format';
import { parseSeeds } from '../drafts/draft';
import { QueueDialog } from '../drafts/QueueDialog';
import { SeedsField } from '../drafts/SeedsField';
import { OtherData } from './OtherData';
import { FIRST_SEARCH, readSearch, SearchFields } from './SearchFields';
import styles from './tables.module.css';

interface RunTableDialogProps {
  readonly table: PaperTable;
  readonly part: PublishedTable;
  readonly dataset: DatasetDocument;
  readonly onClose: () => void;
}

/** MMRec's default seed, which the papers' code has. */
const SEED = '999';

/** Which rows are run, with whose settings and seeds, and what that takes. */
export function RunTableDialog({ table, part, dataset, onClose }: RunTableDialogProps) {
  const navigate = useNavigate();
  const runs = useRuns((state) => state.runs);
  const preference = useDevice((state) => state.preference);
  const [from, setFrom] = useState<SettingsFrom>('paper');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [seeds, setSeeds] = useState(SEED);
  const [limit, setLimit] = useState('');
  const [searchDraft, setSearchDraft] = useState(FIRST_SEARCH);
  const [queueing, setQueueing] = useState(false);
  const [id] = useState(newId);
  const epochs = epochsOf(limit);
  const parsed = parseSeeds(seeds);
  const rows = useMemo(
    () => plannedRows(part, dataset, { from, epochs: epochs.value, backend: preference }),
    [part, dataset, from, epochs.value, preference],
  );
  const chosen = rows.filter(({ name, experiment }) => experiment !== null && !left.has(name));
  const { paper, table: number, dataset: printed } = part;
  const read = readSearch(searchDraft);
  const { search } = read;
  const searches = from === 'search';
  const group = {
    id,
    name: `${tableTitle(table)}, ${printed}`,
    table: { paper, table: number, dataset: printed },
    ...(searches && search && { search }),
  };
  const planned = epochs.problem || (searches && !search) ? [] : tableRuns(chosen, parsed.seeds ?? [], group, dataset);
  const tooMany = planned.length > MOST_RUNS;
  const wanted = tooMany ? [] : planned;
  const all = withPretraining(wanted, runs);

  const start = async (): Promise<void> => {
    setQueueing(true);
    const ids = await useRuns.getState().enqueue(wanted);
    setQueueing(false);
    if (ids.length > 0) await navigate(`/tables/here/${id}`);
    else onClose();
  };

  return (
    <QueueDialog
      title={`${tableTitle(table)}, ${printed}: run it on ${dataset.name}`}
      description="Every chosen row is one setting. The runs are queued as one study, and their results stand beside the printed figures."
      wanted={wanted}
      dataset={dataset}
      queueing={queueing}
      onQueue={() => void start()}
      onClose={onClose}
    >
      <OtherData part={part} name={dataset.name} counts={dataset.statistics} />
      <Choice
        segments
        label="Settings"
        value={from}
        options={[
          { value: 'paper', label: `printed for ${printed}` },
          { value: 'recommended', label: 'recommended for this dataset' },
          { value: 'search', label: 'searched, with the same budget' },
        ]}
        onValueChange={setFrom}
      />
      {searches && <SearchFields draft={searchDraft} read={read} onChange={setSearchDraft} />}
      <fieldset className={styles.group}>
        <legend>Rows of the table</legend>
        <div className={styles.rows}>
          {rows.map((row) => (
            <Checkbox
              key={row.name}
              label={row.name}
              checked={chosen.includes(row)}
              disabled={row.experiment === null}
              help={rowWords(row)}
              onCheckedChange={(checked) =>
                setLeft(new Set(checked ? [...left].filter((one) => one !== row.name) : [...left, row.name]))
              }
            />
          ))}
        </div>
      </fieldset>
      <SeedsField
        seeds={seeds}
        help="Every row is run with each seed. Claims are tested over users; several seeds also show how much a seed matters."
        onSeeds={setSeeds}
      />
      <Field
        label="At most so many epochs"
        help="Empty: as the settings say, with early stopping. A small number gives a quick look, not a reproduction."
        {...(epochs.problem && { error: epochs.problem })}
      >
        {(control) => (
          <Input {...control} inputMode="numeric" value={limit} onChange={(event) => setLimit(event.target.value)} />
        )}
      </Field>
      <div role="status" className={styles.note}>
        <p>
          {tooMany
            ? `${planned.length} runs are more than ${MOST_RUNS}: choose fewer rows, trials or seeds.`
            : countWords(chosen.length, parsed.seeds?.length ?? 0, wanted, all.length - wanted.length)}
        </p>
        <Memory rows={chosen} datasetId={dataset.id} />
      </div>
    </QueueDialog>
  );
}

function epochsOf(text: string): { readonly value: number | null; readonly problem: string | null } {
  if (text.trim() === '') return { value: null, problem: null };
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= 10_000
    ? { value, problem: null }
    : { value: null, problem: 'A whole number from 1 to 10,000, or nothing.' };
}

function countWords(rows: number, seeds: number, wanted: ReturnType<typeof tableRuns>, pretraining: number): string {
  const most = Math.max(0, ...wanted.map(({ group }) => (group.trial ?? 0) + 1));
  const trials = wanted.some(({ group }) => group.search) ? ` × up to ${plural(most, 'trial')}` : '';
  const before = pretraining > 0 ? `, after ${plural(pretraining, 'pre-training run')}` : '';
  return `${plural(rows, 'row')} × ${plural(seeds, 'seed')}${trials} = ${plural(wanted.length, 'run')}${before}.`;
}

function rowWords({ model, settings, note, experiment }: PlannedRow): string {
  if (model === null || experiment === null) return note ?? '';
  return `${modelTable(model).name}, ${settings}${note ? `. ${note}` : ''}`;
}

interface Largest {
  readonly bytes: number;
  readonly name: string;
}

/** The largest memory of the rows, estimated one after the other. */
function Memory({ rows, datasetId }: { readonly rows: readonly PlannedRow[]; readonly datasetId: string }) {
  const [state, setState] = useState<{ readonly done: number; readonly largest: Largest | null }>({
    done: 0,
    largest: null,
  });
  const key = JSON.stringify(rows.map(({ experiment }) => [experiment?.model, experiment?.config]));
  useEffect(() => {
    const abort = new AbortController();
    void (async () => {
      let largest: Largest | null = null;
      for (const [place, { name, experiment }] of rows.entries()) {
        if (!experiment || abort.signal.aborted) continue;
        const { model, config } = experiment;
        const estimate = await estimateMemory({ datasetId, model, config }, abort.signal).catch(() => null);
        if (abort.signal.aborted) return;
        if (estimate && estimate.total > (largest?.bytes ?? 0)) largest = { bytes: estimate.total, name };
        setState({ done: place + 1, largest });
      }
    })();
    return () => abort.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the rows
  }, [key, datasetId]);
  if (rows.length === 0) return null;
  const { done, largest } = state;
  return (
    <p>
      {done < rows.length
        ? `Estimating the memory: ${done} of ${rows.length} rows …`
        : largest
          ? `The largest row, ${largest.name}, takes ${formatBytes(largest.bytes)} on the device. Runs follow one another.`
          : 'The memory could not be estimated.'}
    </p>
  );
}
