import { runInProgress, useCleared } from '../state/cleared';
import { useRuns } from '../state/runs';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import styles from './Shell.module.css';

const REASON = 'cleared-reason';

/** That the browser deleted what was stored while the page was open. */
export function ClearedNotice() {
  const { cleared, dismiss } = useCleared();
  const progress = useRuns(runInProgress);
  if (!cleared) return null;
  return (
    <div className={styles.news}>
      <Notice
        tone="warning"
        title="The browser deleted this site’s data."
        live="polite"
        actions={
          <>
            <Button variant="quiet" onClick={dismiss}>
              Later
            </Button>
            <Button disabled={progress !== null} aria-describedby={REASON} onClick={() => location.reload()}>
              Reload
            </Button>
          </>
        }
      >
        <p id={REASON}>
          Site data was cleared, in the browser’s settings or because the disk is full. Datasets, runs, weights and
          settings are lost; what this page still lists is no longer stored. {progress ?? 'Reload the page.'} Then
          restore a backup on the Runs page, or import your files again.
        </p>
      </Notice>
    </div>
  );
}
