import { useCallback, useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useShallow } from 'zustand/react/shallow';
import type { RunFilter } from '../../domain/listView';
import { isActive } from '../../domain/run';
import { plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button, ButtonLink } from '../../ui/Button';
import { ConfirmDialog } from '../../ui/Dialog';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import type { RunSummary } from '../../domain/run';
import { useRemoval, UNDO_SECONDS } from '../../state/removal';
import { useRunList } from '../../state/runList';
import { useRuns } from '../../state/runs';
import { BackupButton } from '../sharing/BackupButton';
import { ImportButton, ImportedRuns } from '../sharing/ImportRuns';
import { StudyFolder } from '../sharing/StudyFolder';
import { StudyFolderButton } from '../sharing/StudyFolderButton';
import { ShareButton } from '../sharing/ShareButton';
import { UnreadablePanel } from '../unreadable/UnreadablePanel';
import { NO_FILTER, filterRuns, presentFilter } from './filter';
import { optionColumns } from './list';
import { QueuePanel } from './QueuePanel';
import { RenameDialog } from './RenameDialog';
import { RunsFilter } from './RunsFilter';
import { RunsTable } from './RunsTable';
import { UndoNotice } from './UndoNotice';
import { ViewBar } from './ViewBar';
import styles from './runs.module.css';

/** All runs: to find, compare at a glance, take up again, and clear away. */
export function RunsPage() {
  const { stored, unreadable, loaded, fault, elsewhere } = useRuns(
    useShallow((state) => ({
      stored: state.runs,
      unreadable: state.unreadable,
      loaded: state.loaded,
      fault: state.fault,
      elsewhere: state.elsewhere,
    })),
  );
  const removing = useRemoval((state) => state.ids);
  const runs = useMemo(() => stored.filter(({ id }) => !removing.includes(id)), [stored, removing]);
  const { look, change } = useRunList();
  const baselineId = useRunList((state) => state.baseline);
  useEffect(() => void useRunList.getState().load(), []);
  const [parameters] = useSearchParams();
  const [wanted, setWanted] = useState<RunFilter>(() => ({ ...NO_FILTER, group: parameters.get('set') ?? '' }));
  const filter = useMemo(() => presentFilter(runs, wanted), [runs, wanted]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState<readonly string[]>([]);
  const [renaming, setRenaming] = useState<RunSummary | null>(null);
  const shown = useMemo(() => filterRuns(runs, filter), [runs, filter]);
  const selected = useMemo(() => shown.filter(({ id }) => chosen.has(id)).map(({ id }) => id), [shown, chosen]);
  const comparable = useMemo(
    () => shown.filter(({ id, result }) => chosen.has(id) && result !== null).map(({ id }) => id),
    [shown, chosen],
  );
  const options = useMemo(
    () => optionColumns(runs).filter(({ key }) => look.options.includes(key)),
    [runs, look.options],
  );
  const baseline = useMemo(() => runs.find(({ id }) => id === baselineId) ?? null, [runs, baselineId]);
  const choose = useCallback(
    (ids: readonly string[], on: boolean) =>
      setChosen((now) => new Set(on ? [...now, ...ids] : [...now].filter((id) => !ids.includes(id)))),
    [],
  );
  const allChosen = shown.length > 0 && selected.length === shown.length;
  const names =
    deleting.length === 1
      ? `“${runs.find(({ id }) => id === deleting[0])?.name ?? ''}”`
      : plural(deleting.length, 'run');

  return (
    <Page
      title="Runs"
      actions={
        <>
          {(runs.length > 0 || unreadable.length > 0) && <BackupButton />}
          <ImportButton />
          <StudyFolderButton />
          <ButtonLink to="/experiment" variant={runs.length === 0 ? 'primary' : 'secondary'}>
            <Icon name="experiment" />
            New experiment
          </ButtonLink>
        </>
      }
    >
      {fault && fault.code !== 'STORE_NEWER' && (
        <FaultNotice fault={fault} actions={<Button onClick={() => useRuns.getState().dismissFault()}>Close</Button>} />
      )}
      {elsewhere && (
        <Notice title="Another tab of this browser is training.">
          Only one tab trains at a time. Runs queued here start when that tab is done, in either tab.
        </Notice>
      )}
      <UndoNotice />
      <ImportedRuns />
      <StudyFolder />
      <QueuePanel />
      <UnreadablePanel kind="run" documents={unreadable} />
      {loaded && runs.length === 0 ? (
        <Notice title={unreadable.length === 0 ? 'No runs yet.' : 'No runs that can be read.'}>
          Choose a dataset and a model on the Experiment page. Each run you start appears here.
        </Notice>
      ) : (
        <>
          <RunsFilter
            runs={runs}
            filter={filter}
            onFilter={setWanted}
            columns={look.metrics}
            onColumns={(metrics) => change({ metrics })}
          />
          <ViewBar runs={runs} filter={filter} onFilter={setWanted} />
          <div className={styles.bulk}>
            <Button
              small
              onClick={() => setChosen(new Set(allChosen ? [] : shown.map(({ id }) => id)))}
              disabled={shown.length === 0}
            >
              {allChosen ? 'Select none' : `Select all ${shown.length}`}
            </Button>
            {comparable.length > 1 && (
              <ButtonLink small to={`/compare?runs=${comparable.join(',')}`}>
                Compare {plural(comparable.length, 'run')}
              </ButtonLink>
            )}
            {selected.length > 0 && <ShareButton small ids={selected} />}
            <Button small variant="danger" disabled={selected.length === 0} onClick={() => setDeleting(selected)}>
              Delete {selected.length > 0 ? plural(selected.length, 'run') : 'selected'}
            </Button>
            <span className={styles.note} role="status">
              {plural(shown.length, 'run')} shown{selected.length > 0 && `, ${selected.length} selected`}
            </span>
          </div>
          <RunsTable
            runs={shown}
            columns={look.metrics}
            options={options}
            folded={look.folded && filter.group === ''}
            baseline={baseline}
            chosen={chosen}
            onChoose={choose}
            onRename={setRenaming}
            onDelete={setDeleting}
          />
        </>
      )}
      <ConfirmDialog
        open={deleting.length > 0}
        onOpenChange={(open) => !open && setDeleting([])}
        title={`Delete ${names}?`}
        description={`${
          runs.some(({ id, status }) => deleting.includes(id) && isActive(status))
            ? `Training goes on for ${UNDO_SECONDS} seconds and then stops. `
            : ''
        }Curves, results, notes and weights are removed from this browser. For ${UNDO_SECONDS} seconds this can be undone. Datasets stay.`}
        confirmLabel="Delete"
        onConfirm={() => {
          useRemoval.getState().remove(deleting);
          setChosen(new Set([...chosen].filter((id) => !deleting.includes(id))));
        }}
      />
      {renaming && <RenameDialog key={renaming.id} run={renaming} onClose={() => setRenaming(null)} />}
    </Page>
  );
}
