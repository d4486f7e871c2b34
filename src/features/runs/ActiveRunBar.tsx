import { useEffect } from 'react';
import { Link } from 'react-router';
import { formatCount, formatPercent, formatRounded, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { IconButton } from '../../ui/Button';
import { ProgressBar } from '../../ui/ProgressBar';
import { useRuns } from '../../state/runs';
import { useLiveRun } from './useCurves';
import { shownEpoch, STATUS_WORDS } from '../readings/words';
import styles from './runs.module.css';

/** The run in progress, as a thin bar in the header of every page; nothing when none is. */
export function ActiveRunBar() {
  const activeId = useRuns((state) => state.activeId);
  useEffect(() => {
    void useRuns.getState().load();
  }, []);
  return activeId === null ? null : <Bar id={activeId} />;
}

function Bar({ id }: { readonly id: string }) {
  const live = useLiveRun(id);
  const run = useRuns((state) => state.runs.find((one) => one.id === id));
  const waiting = useRuns((state) => state.queue.length);
  if (!live || !run) return null;
  const { progress, phase, status, pending } = live;
  const epochs = Number(run.experiment.config['epochs']);
  const paused = status === 'paused';
  const fraction = progress
    ? (progress.epoch + progress.stepInEpoch / Math.max(1, progress.stepsPerEpoch)) / Math.max(1, epochs)
    : (phase?.fraction ?? null);
  const words =
    status === 'preparing' || !progress
      ? [phase ? `${phase.text}${phase.fraction === null ? '' : ` ${formatPercent(phase.fraction, 2)}`}` : 'starting']
      : [
          `epoch ${formatCount(shownEpoch(progress.epoch))} / ≤${formatCount(epochs)}`,
          ...(progress.etaSeconds !== null && !paused ? [`at most ${formatRounded(progress.etaSeconds)} left`] : []),
        ];
  return (
    <section className={styles.activeBar} aria-label="Run in progress">
      <div className={styles.activeLine}>
        <Link to={`/runs/${id}`} className={styles.activeName}>
          {run.name}
        </Link>
        <span className={styles.activeWords}>
          {STATUS_WORDS[status].glyph} {STATUS_WORDS[status].label} · {words.join(' · ')}
          {waiting > 0 && ` · ${plural(waiting, 'run')} waiting`}
        </span>
        <IconButton
          small
          label={paused ? 'Resume the run' : 'Pause the run'}
          icon={<Icon name={paused ? 'play' : 'pause'} />}
          disabled={status === 'preparing' || pending === 'pause'}
          onClick={() => useRuns.getState().command(paused ? 'resume' : 'pause')}
        />
      </div>
      <ProgressBar label="Progress of the run" fraction={fraction} text={words.join(', ')} />
    </section>
  );
}
