import { useCallback, useMemo, useState } from 'react';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { ConfirmDialog } from '../../ui/Dialog';
import { useShortcuts, type Shortcut } from '../../ui/shortcuts';
import { canResume, type RunSummary } from '../../domain/run';
import type { LiveRun } from '../../state/liveRun';
import { useRuns } from '../../state/runs';
import { useLiveRun } from './useCurves';
import { shownEpoch } from '../readings/words';

/** Pause, one epoch, stop: for the run in progress; resume for one that ended early. */
export function RunControls({ run }: { readonly run: RunSummary }) {
  const live = useLiveRun(run.id);
  const [stopping, setStopping] = useState(false);
  const askToStop = useCallback(() => setStopping(true), []);
  if (live) {
    return (
      <>
        <LiveControls live={live} onStop={askToStop} />
        <ConfirmDialog
          open={stopping}
          onOpenChange={setStopping}
          title="Stop this run?"
          description={
            live.best
              ? `The best epoch so far, ${shownEpoch(live.best.epoch)}, is evaluated on the test split and kept. You cannot continue the run afterwards; to continue later, pause it.`
              : 'No epoch has been evaluated yet, so the run ends without a result.'
          }
          confirmLabel="Stop and keep the best"
          onConfirm={() => useRuns.getState().command('stop')}
        />
      </>
    );
  }
  if (run.status === 'queued')
    return <Button onClick={() => void useRuns.getState().dequeue(run.id)}>Remove from the queue</Button>;
  if (!canResume(run)) return null;
  return (
    <Button variant="primary" onClick={() => void useRuns.getState().resume(run.id)}>
      <Icon name="play" />
      {run.epochsDone > 0 ? 'Resume' : 'Start again'}
    </Button>
  );
}

function LiveControls({ live, onStop }: { readonly live: LiveRun; readonly onStop: () => void }) {
  const { command, interrupt } = useRuns.getState();
  const { status, pending } = live;
  const paused = status === 'paused';
  const preparing = status === 'preparing';
  const toggle = paused ? 'resume' : 'pause';
  const shortcuts = useMemo(
    (): readonly Shortcut[] => [
      { keys: 'p', label: 'Pause or resume', group: 'Run', run: () => !preparing && command(toggle) },
      { keys: 'n', label: 'One epoch, then pause', group: 'Run', run: () => !preparing && command('stepEpoch') },
      { keys: 's', label: 'Stop and keep the best epoch', group: 'Run', run: onStop },
    ],
    [command, toggle, preparing, onStop],
  );
  useShortcuts(shortcuts);
  return (
    <>
      <Button
        disabled={preparing || (pending !== null && pending !== 'stepEpoch')}
        onClick={() => command(toggle)}
        aria-keyshortcuts="p"
      >
        <Icon name={paused ? 'play' : 'pause'} />
        {pending === 'pause' ? 'Pausing …' : paused ? 'Resume' : 'Pause'}
      </Button>
      <Button disabled={preparing || pending !== null} onClick={() => command('stepEpoch')} aria-keyshortcuts="n">
        <Icon name="step" />
        One epoch
      </Button>
      {pending === 'stop' ? (
        <Button variant="danger" onClick={interrupt}>
          <Icon name="stop" />
          Stopping … end now
        </Button>
      ) : (
        <Button onClick={onStop} aria-keyshortcuts="s">
          <Icon name="stop" />
          Stop, keep best
        </Button>
      )}
    </>
  );
}
