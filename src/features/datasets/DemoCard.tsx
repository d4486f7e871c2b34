import { formatCount } from '../../ui/format';
import { Button, ButtonLink } from '../../ui/Button';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { featureLabel } from '../../ui/words';
import { DEFAULT_DEMO } from '../../domain/dataset';
import { useDatasets } from '../../state/datasets';
import styles from './DemoCard.module.css';
import { ImportPanel } from './ImportPanel';

/** The built-in dataset: everything can be tried with it, and nothing is downloaded. */
export function DemoCard() {
  const { datasets, job, makeDemo, select } = useDatasets();
  const demo = datasets.find(({ source }) => source.kind === 'demo');
  if (job?.kind === 'demo' && job.stage.name === 'failed') {
    return <FaultNotice fault={job.stage.fault} actions={<Button onClick={() => makeDemo()}>Try again</Button>} />;
  }
  if (job?.kind === 'demo') return <ImportPanel job={job} />;
  if (!demo) {
    return (
      <Panel title="Demo dataset">
        <p>
          {formatCount(DEFAULT_DEMO.users)} invented users and {formatCount(DEFAULT_DEMO.items)} invented items with
          features, generated on this machine in a few seconds.
        </p>
        <div className={styles.actions}>
          <Button onClick={() => makeDemo()}>Make the demo dataset</Button>
        </div>
      </Panel>
    );
  }
  const { users, items, interactions } = demo.statistics;
  return (
    <Panel title="The demo dataset is ready" className={styles.card ?? ''}>
      <p>
        {formatCount(users)} invented users, {formatCount(items)} invented items, {formatCount(interactions)}{' '}
        interactions, with {demo.features.map(({ key }) => featureLabel(key)).join(', ')} features. Generated on this
        machine; nothing was downloaded.
      </p>
      <p className={styles.note}>
        Its users and items follow a known rule. You can compare models on it, but its numbers say nothing about real
        data.
      </p>
      <div className={styles.actions}>
        <ButtonLink to="/experiment" onClick={() => void select(demo.id)}>
          Use in an experiment
        </ButtonLink>
        <ButtonLink to={`/data/${demo.id}`}>Open the demo dataset</ButtonLink>
      </div>
    </Panel>
  );
}
