import { Link } from 'react-router';
import { plural } from '../../ui/format';
import { modelTable } from '../../domain/models/catalogue';
import type { Experiment } from '../../domain/run';
import { pretrainingOf, type Pretraining } from '../../domain/pretraining';
import { useRuns } from '../../state/runs';
import styles from './experiments.module.css';

/** Which pre-training the experiments start from: finished runs, runs on their way, or runs that come first. */
export function PretrainingNote({ experiments }: { readonly experiments: readonly Experiment[] }) {
  const runs = useRuns((state) => state.runs);
  const needed = experiments.flatMap((experiment): Pretraining[] => {
    const pretraining = pretrainingOf(experiment, runs);
    return pretraining ? [pretraining] : [];
  });
  const [first] = needed;
  if (!first) return null;
  const name = modelTable(first.experiment.model).name;
  const missing = needed.filter(({ kind }) => kind === 'missing').length;
  return (
    <div className={styles.pretraining}>
      {missing > 0 && (
        <p>
          {name} (pre-training) runs first, as{' '}
          {missing === 1 ? 'a separate run' : `${plural(missing, 'separate run')}, one per seed`}.
        </p>
      )}
      {needed.map((one) =>
        one.kind === 'missing' ? null : (
          <p key={one.run.id}>
            {one.kind === 'finished' ? 'Uses the finished run' : 'Waits for the pre-training run'}{' '}
            <Link to={`/runs/${one.run.id}`}>{one.run.name}</Link>.
          </p>
        ),
      )}
    </div>
  );
}
