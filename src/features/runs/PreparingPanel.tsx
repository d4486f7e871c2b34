import { formatPercent } from '../../ui/format';
import { ProgressBar } from '../../ui/ProgressBar';
import { useLiveRun } from './useCurves';
import styles from './runs.module.css';

/** What is being made ready before the first step: graphs, features, the device. */
export function PreparingPanel({ id }: { readonly id: string }) {
  const live = useLiveRun(id);
  if (!live || (live.status !== 'preparing' && live.phase === null)) return null;
  const text = live.phase?.text ?? 'starting the training worker';
  const fraction = live.phase?.fraction ?? null;
  return (
    <div className={styles.preparing}>
      <p>
        Preparing: {text}
        {fraction !== null && ` · ${formatPercent(fraction, 2)}`}
      </p>
      <ProgressBar label={`Preparing: ${text}`} fraction={fraction} />
    </div>
  );
}
