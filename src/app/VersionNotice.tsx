import { useDatasets } from '../state/datasets';
import { changeVersion, reloadObstacle, useNewVersion } from '../state/newVersion';
import { useRuns } from '../state/runs';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import styles from './Shell.module.css';

const REASON = 'reload-reason';

/** That a new version is there. It starts when the person says so, and never while a run trains or waits. */
export function VersionNotice() {
  const { news, dismiss } = useNewVersion();
  return news === null ? null : <News replaced={news === 'replaced'} onLater={dismiss} />;
}

function News({ replaced, onLater }: { readonly replaced: boolean; readonly onLater: () => void }) {
  const job = useDatasets((state) => state.job);
  const obstacle = useRuns((state) => reloadObstacle(state, job));
  return (
    <div className={styles.news}>
      <Notice
        title={replaced ? 'Another tab switched to a new version.' : 'A new version is ready.'}
        live="polite"
        actions={
          <>
            <Button variant="quiet" onClick={onLater}>
              Later
            </Button>
            <Button disabled={obstacle !== null} aria-describedby={REASON} onClick={changeVersion}>
              Reload
            </Button>
          </>
        }
      >
        <p id={REASON}>
          {obstacle ?? `Reload${replaced ? ' to use it here too' : ' to use it'}. Stored data stays as it is.`}
        </p>
      </Notice>
    </div>
  );
}
