import { Link } from 'react-router';
import { fileName, saveText } from '../../charts/download';
import { toCsv } from '../../charts/table';
import { faultOf } from '../../domain/errors';
import { canResume, type RunSummary } from '../../domain/run';
import { database } from '../../state/database';
import { useRunList } from '../../state/runList';
import { useRuns } from '../../state/runs';
import { readRun } from '../../storage/runs';
import { IconButton } from '../../ui/Button';
import { plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { epochsTable } from '../readings/curves';
import { standIn } from '../readings/findings';
import { groupPath, STATUS_ORDER } from '../readings/words';
import { chipsOf, common, runsOf, shortName, type Entry } from './list';
import { StatusBadge } from './StatusBadge';
import styles from './runs.module.css';

/** One status, or how many runs of a set have each. */
export function EntryStatus({ entry }: { readonly entry: Entry }) {
  const counts = STATUS_ORDER.flatMap((status) => {
    const count = runsOf(entry).filter((run) => run.status === status).length;
    return count > 0 ? [{ status, count }] : [];
  });
  return counts.map(({ status, count }) => (
    <span key={status} className={styles.statusCount}>
      {entry.kind === 'set' && `${count} `}
      <StatusBadge status={status} />
    </span>
  ));
}

const MOST_CHIPS = 4;

export function EntryName({ entry }: { readonly entry: Entry }) {
  if (entry.kind === 'run') return <RunName run={entry.run} />;
  const group = common(entry, ({ group: of }) => of?.id ?? null) === null ? undefined : entry.runs[0]?.group;
  const differ = new Set(entry.runs.map(({ experiment }) => experiment.seed)).size === entry.runs.length;
  return (
    <span className={styles.runName}>
      {group ? <Link to={groupPath(group)}>{entry.name}</Link> : entry.name}
      <span className={styles.runNote}>{plural(entry.runs.length, differ && !group ? 'seed' : 'run')}</span>
    </span>
  );
}

/** The run in short, what differs from the defaults, the set that it belongs to, and what must be known of its numbers. */
function RunName({ run }: { readonly run: RunSummary }) {
  const note = standIn(run);
  const chips = chipsOf(run);
  const isBaseline = useRunList((state) => state.baseline === run.id);
  return (
    <span className={styles.runName}>
      <Link to={`/runs/${run.id}`} aria-label={run.name} title={run.name}>
        {shortName(run)}
      </Link>
      {run.pinned && <span className={styles.chip}>pinned</span>}
      {isBaseline && <span className={styles.chip}>baseline</span>}
      {(run.tags ?? []).map((tag) => (
        <span key={tag} className={styles.chip}>
          {tag}
        </span>
      ))}
      {chips.slice(0, MOST_CHIPS).map((chip) => (
        <span key={chip} className={styles.chip} data-quiet>
          {chip}
        </span>
      ))}
      {chips.length > MOST_CHIPS && <span className={styles.runNote}>and {chips.length - MOST_CHIPS} more</span>}
      {run.group && (
        <span className={styles.runNote}>
          {run.group.variant} · <Link to={groupPath(run.group)}>{run.group.name}</Link>
        </span>
      )}
      {note && <span className={styles.runNote}>⚠ {note}</span>}
    </span>
  );
}

interface RowActionsProps {
  readonly run: RunSummary;
  readonly onRename: (run: RunSummary) => void;
  readonly onDelete: (ids: readonly string[]) => void;
}

export function RowActions({ run, onRename, onDelete }: RowActionsProps) {
  const { id, name } = run;
  const baseline = useRunList((state) => state.baseline === id);
  return (
    <span className={styles.rowActions}>
      {canResume(run) && (
        <IconButton
          small
          label={`Resume ${name}`}
          icon={<Icon name="play" />}
          onClick={() => void useRuns.getState().resume(id)}
        />
      )}
      <IconButton
        small
        label={`Curves of ${name} as CSV`}
        icon={<Icon name="download" />}
        disabled={run.epochsDone === 0}
        onClick={() => saveCurves(run).catch((error: unknown) => useRuns.setState({ fault: faultOf(error) }))}
      />
      <IconButton
        small
        label={`Hold others against ${name}`}
        icon={<Icon name="compare" />}
        aria-pressed={baseline}
        disabled={run.result === null}
        onClick={() => useRunList.getState().setBaseline(baseline ? null : id)}
      />
      <IconButton small label={`Rename ${name}`} icon={<Icon name="note" />} onClick={() => onRename(run)} />
      <IconButton small label={`Delete ${name}`} icon={<Icon name="trash" />} onClick={() => onDelete([id])} />
    </span>
  );
}

async function saveCurves(run: RunSummary): Promise<void> {
  const { epochs } = await readRun(database, run.id);
  saveText(fileName(run.name, 'csv'), 'text/csv', toCsv(epochsTable(epochs, standIn(run))));
}
