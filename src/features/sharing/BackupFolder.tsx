import { Button } from '../../ui/Button';
import { useBackup } from '../../state/backup';
import styles from './sharing.module.css';

/** Which folder backups go to, and what the browser will ask. */
export function BackupFolder() {
  const { folder, permission, phase, choose, forget } = useBackup();
  const busy = phase !== null;
  if (!folder)
    return (
      <div>
        <Button disabled={busy} onClick={() => void choose()}>
          Choose a folder…
        </Button>
      </div>
    );
  return (
    <div className={styles.folder}>
      <p>
        Backups go to the folder <strong>{folder.name}</strong>.
        {permission !== 'granted' &&
          ' The browser forgets your permission when the page is closed: it asks again whether this page may write there. Choose “Allow”.'}
      </p>
      <div className={styles.fileButtons}>
        <Button small disabled={busy} onClick={() => void choose()}>
          Choose another folder…
        </Button>
        <Button small disabled={busy} onClick={() => void forget()}>
          Stop using it
        </Button>
      </div>
    </div>
  );
}
