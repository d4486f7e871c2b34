import { useState } from 'react';
import { useNavigate } from 'react-router';
import { MODEL_TABLES } from '../../domain/models/catalogue';
import { startOnDemo } from '../../state/watchRouting';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { Panel } from '../../ui/Panel';
import { ExampleLinks } from '../sharing/ExampleLinks';
import { ROUTED } from '../sharing/examples';
import styles from './Welcome.module.css';

/** What an empty workbench is, and what can be seen of it at once. */
export function Welcome() {
  const navigate = useNavigate();
  const [starting, setStarting] = useState(false);
  const watch = async (): Promise<void> => {
    if (!ROUTED) return;
    setStarting(true);
    const run = await startOnDemo(ROUTED.id);
    setStarting(false);
    if (run !== null) await navigate(`/runs/${run}?view=routing`);
  };
  return (
    <Panel title="A workbench for multimodal recommenders, in this tab">
      <p>
        Lodestone trains, takes apart and compares recommenders on your data, and nothing leaves this machine. It has{' '}
        {MODEL_TABLES.map(({ name }) => name).join(', ')}, with computed baselines beside them.
      </p>
      <div className={styles.offers}>
        {ROUTED && (
          <div className={styles.offer}>
            <Button variant="primary" disabled={starting} onClick={() => void watch()}>
              <Icon name="play" />
              Watch {ROUTED.name} route
            </Button>
            <span className={styles.note}>
              {starting ? 'Making the demo dataset …' : 'Ten epochs on the demo dataset, here and now.'}
            </span>
          </div>
        )}
        <div className={styles.offer} role="group" aria-labelledby="finished-studies">
          <div className={styles.examples}>
            <ExampleLinks />
          </div>
          <span className={styles.note} id="finished-studies">
            Open a finished study, made on the demo dataset.
          </span>
        </div>
      </div>
      <p className={styles.note}>Or drop a dataset of your own below.</p>
    </Panel>
  );
}
