import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { formatDateTime } from '../../ui/format';
import { useKept } from '../../state/keptHere';
import { useStorage } from '../../state/storage';
import { BackupButton } from '../sharing/BackupButton';
import { RestoreButton } from '../sharing/RestoreButton';
import styles from './DevicePage.module.css';

/** Whether the browser may clear what is stored here, and what a person can do about it. */
export function KeepPanel() {
  const { persisted, answer, ask } = useStorage();
  const backupAt = useKept((state) => state.backupAt);
  return (
    <Panel
      title="Keeping what is stored"
      actions={
        <>
          <BackupButton small />
          <RestoreButton small />
        </>
      }
    >
      {persisted === true && (
        <Notice tone="ok" title="The browser keeps it." live="polite">
          It has promised not to clear this site’s storage to make room. Deleting this site’s data in the browser’s
          settings still deletes everything.
        </Notice>
      )}
      {persisted === null && (
        <Notice tone="warning" title="This browser does not say whether it keeps it.">
          It may clear this site’s storage when the disk is full. Back up what you want to keep.
        </Notice>
      )}
      {persisted === false && (
        <>
          <Notice
            tone="warning"
            live="polite"
            title={answer === 'no' ? 'The browser was asked to keep it, and said no.' : 'The browser may clear it.'}
            actions={
              <Button small onClick={() => void ask()}>
                {answer === 'no' ? 'Ask again' : 'Ask the browser to keep it'}
              </Button>
            }
          >
            When the disk is full, a browser clears the storage of sites without asking: all datasets and runs here at
            once. Sites that it agreed to keep are spared. Chrome and Edge decide by themselves; Firefox asks you.
          </Notice>
          <p className={styles.note}>Browsers give no reason for a no. What helps:</p>
          <ul className={styles.steps}>
            <li>Install the app: the browser’s menu, or the icon in its address bar. Then ask again.</li>
            <li>Bookmark this page and use it from time to time: browsers make exceptions for sites that are used.</li>
            <li>Back up. A backup lies outside the browser and is there whatever it clears.</li>
          </ul>
        </>
      )}
      <p className={styles.note}>
        {backupAt ? `Last backup: ${formatDateTime(backupAt)}.` : 'This browser has made no backup yet.'}
      </p>
    </Panel>
  );
}
