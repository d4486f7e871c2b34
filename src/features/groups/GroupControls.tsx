import { Link } from 'react-router';
import { formatRounded } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { ProgressBar } from '../../ui/ProgressBar';
import { isActive, wasLeftOut, type RunGroup, type RunStatus, type RunSummary } from '../../domain/run';
import { estimateTime } from '../../domain/timeEstimate';
import { useRuns } from '../../state/runs';
import { progressWords } from './progress';
import styles from './groups.module.css';

interface GroupControlsProps {
  /** What the set is called on its buttons. */
  readonly noun: 'sweep' | 'table';
  readonly group: RunGroup;
  readonly runs: readonly RunSummary[];
}

/** How far a set of runs is, and its one switch: pause or resume. */
export function GroupControls({ noun, group, runs }: GroupControlsProps) {
  const paused = useRuns((state) => state.paused.includes(group.id));
  const all = useRuns((state) => state.runs);
  const waiting = runs.filter(({ status }) => status === 'queued');
  const interrupted = runs.filter(({ status }) => status === 'interrupted').map(({ id }) => id);
  const training = runs.some(({ status }) => isActive(status));
  const done = runs.filter((run) => run.result !== null || wasLeftOut(run)).length;
  const left = estimateTime(
    waiting.map(({ experiment }) => experiment),
    all,
  );
  const { setPaused, resume } = useRuns.getState();
  const goOn = async (): Promise<void> => {
    await resume(...interrupted);
    await setPaused(group.id, false);
  };
  return (
    <>
      <div className={styles.state}>
        <p role="status">
          {paused && 'Paused. '}
          {progressWords(runs)}
          {left.from.length > 0 &&
            `, ${left.atMost ? 'at most' : 'about'} ${formatRounded(left.seconds)} left for waiting runs`}
          {paused && training && '. The run that is training continues to its end'}.
        </p>
        {paused ? (
          <Button variant="primary" onClick={() => void goOn()}>
            <Icon name="play" />
            Resume the {noun}
          </Button>
        ) : (
          <>
            {interrupted.length > 0 && (
              <Button onClick={() => void goOn()}>
                <Icon name="play" />
                Resume {interrupted.length} interrupted
              </Button>
            )}
            {waiting.length > 0 && (
              <Button onClick={() => void setPaused(group.id, true)}>
                <Icon name="pause" />
                Pause the {noun}
              </Button>
            )}
          </>
        )}
      </div>
      {done < runs.length && (
        <ProgressBar
          label="Runs that have ended"
          fraction={done / runs.length}
          text={`${done} of ${runs.length} runs`}
        />
      )}
    </>
  );
}

const ENDED: readonly RunStatus[] = ['failed', 'stopped'];
/** Failures named at most. */
const SHOWN = 5;

/** Runs that ended without a result for a reason of their own. */
export function FailedRuns({ runs }: { readonly runs: readonly RunSummary[] }) {
  const failed = runs.filter((run) => run.result === null && ENDED.includes(run.status) && !wasLeftOut(run));
  const again = (ids: readonly string[]): void => void useRuns.getState().resume(...ids);
  return (
    <>
      {failed.slice(0, SHOWN).map(({ id, status, group, experiment, fault }) => (
        <Notice
          key={id}
          tone={status === 'failed' ? 'error' : 'warning'}
          title={
            <>
              {group?.variant}, seed {experiment.seed}: {status} without a result
            </>
          }
          actions={
            <>
              <Link to={`/runs/${id}`}>Open the run</Link>
              <Button small onClick={() => again([id])}>
                Start it again
              </Button>
            </>
          }
        >
          {fault && `${fault.message} ${fault.hint}`}
        </Notice>
      ))}
      {failed.length > 1 && (
        <div>
          <Button onClick={() => again(failed.map(({ id }) => id))}>Start all {failed.length} again</Button>
        </div>
      )}
    </>
  );
}
