import { useDatasets } from '../state/datasets';
import { newestVersion } from '../state/newVersion';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import styles from './Shell.module.css';

/** That what is stored was written by a newer version: this page reads and writes nothing. */
export function NewerStoreNotice() {
  const fault = useDatasets((state) => state.fault);
  if (fault?.code !== 'STORE_NEWER') return null;
  return (
    <div className={styles.news}>
      <Notice
        tone="error"
        live="assertive"
        title={fault.message}
        actions={
          <Button variant="primary" onClick={() => void newestVersion()}>
            Reload
          </Button>
        }
      >
        {fault.hint}
      </Notice>
    </div>
  );
}
