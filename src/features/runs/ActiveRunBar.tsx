import { useEffect } from 'react';
import { Link } from 'react-router';
import { formatCount, formatPercent, formatRounded, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { IconButton } from '../../ui/Button';
import { ProgressBar } from '../../ui/ProgressBar';
import type { LiveRun, Progress } from '../../state/liveRun';
import { useRuns } from '../../state/runs';
import { modelTable } from '../../domain/models/catalogue';
import type { RunSummary } from '../../domain/run';
import { setProgressTitle } from '../../ui/title';
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
  const title = live && run ? titleOf(live, run) : '';
  useEffect(() => setProgressTitle(title), [title]);
  useEffect(() => () => setProgressTitle(''), []);
  if (!live || !run) return null;
  const { progress, phase, status, pending } = live;
  const epochs = Number(run.experiment.config['epochs']);
  const paused = status === 'paused';
  const fraction = progress ? doneOf(progress, epochs) : (phase?.fraction ?? null);
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

/** The share of the epochs that there may be. */
const doneOf = ({ epoch, stepInEpoch, stepsPerEpoch }: Progress, epochs: number): number =>
  (epoch + stepInEpoch / Math.max(1, stepsPerEpoch)) / Math.max(1, epochs);

/** What the tab's title says of a run: `42 % LightGCN`, `‖ 42 % LightGCN` while it is paused. */
function titleOf({ progress, status }: LiveRun, { experiment: { model, config } }: RunSummary): string {
  const share = progress ? `${Math.floor(100 * doneOf(progress, Number(config['epochs'])))} %` : '…';
  return `${status === 'paused' ? '‖ ' : ''}${share} ${modelTable(model).name}`;
}
