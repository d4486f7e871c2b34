import { Link } from 'react-router';
import { prerequisiteOf, sameExperiment } from '../../domain/prerequisite';
import type { RunSummary } from '../../domain/run';
import { pretrainingOf } from '../../domain/pretraining';
import { useRuns } from '../../state/runs';
import { groupPath } from '../readings/words';
import styles from './runs.module.css';

/** What else this run belongs to: its ablation set or sweep, the pre-training that it starts from, the runs that start from it. */
export function RunRelations({ run }: { readonly run: RunSummary }) {
  const runs = useRuns((state) => state.runs);
  const pretraining = pretrainingOf(run.experiment, runs);
  const followers = runs.filter(({ experiment }) => {
    const needed = prerequisiteOf(experiment);
    return needed !== null && sameExperiment(needed, run.experiment);
  });
  if (!run.group && !pretraining && followers.length === 0) return null;
  return (
    <ul className={styles.relations}>
      {run.group && (
        <li>
          {run.group.sweep ? 'Point' : 'Row'} “{run.group.variant}” of{' '}
          <Link to={groupPath(run.group)}>{run.group.name}</Link>
        </li>
      )}
      {pretraining && (
        <li>
          {pretraining.kind === 'missing' ? (
            'Its pre-training run has been deleted or did not finish.'
          ) : (
            <>
              {pretraining.kind === 'finished'
                ? 'Starts from the item embeddings of'
                : 'Waits for the item embeddings of'}{' '}
              <Link to={`/runs/${pretraining.run.id}`}>{pretraining.run.name}</Link>
            </>
          )}
        </li>
      )}
      {followers.length > 0 && (
        <li>
          Pre-training for{' '}
          {followers.slice(-SHOWN).map((follower, place) => (
            <span key={follower.id}>
              {place > 0 && ', '}
              <Link to={`/runs/${follower.id}`}>{follower.name}</Link>
            </span>
          ))}
          {followers.length > SHOWN && ` and ${followers.length - SHOWN} more`}
        </li>
      )}
    </ul>
  );
}

/** Runs named at most; the list has the others. */
const SHOWN = 3;
