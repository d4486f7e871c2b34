import { Link } from 'react-router';
import { Icon } from '../../ui/Icon';
import { Button, IconButton } from '../../ui/Button';
import { Panel } from '../../ui/Panel';
import { useRuns } from '../../state/runs';
import styles from './runs.module.css';

/** Runs that wait, next first; nothing when none does. */
export function QueuePanel() {
  const queue = useRuns((state) => state.queue);
  const runs = useRuns((state) => state.runs);
  const paused = useRuns((state) => state.paused);
  const { move, dequeue } = useRuns.getState();
  if (queue.length === 0) return null;
  return (
    <Panel title="Queue" note="one run trains at a time">
      <ol className={styles.queue}>
        {queue.map((id, place) => {
          const run = runs.find((one) => one.id === id);
          const name = run?.name ?? id;
          return (
            <li key={id}>
              <span>
                {place + 1}. <Link to={`/runs/${id}`}>{name}</Link>
                {run?.group && paused.includes(run.group.id) && (
                  <span className={styles.note}> · its sweep is paused</span>
                )}
              </span>
              <IconButton
                small
                label={`Move ${name} up`}
                icon={<span aria-hidden>↑</span>}
                disabled={place === 0}
                onClick={() => void move(id, -1)}
              />
              <IconButton
                small
                label={`Move ${name} down`}
                icon={<span aria-hidden>↓</span>}
                disabled={place === queue.length - 1}
                onClick={() => void move(id, 1)}
              />
              <Button
                small
                variant="quiet"
                aria-label={`Remove ${name} from the queue`}
                onClick={() => void dequeue(id)}
              >
                <Icon name="close" />
                Remove
              </Button>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
