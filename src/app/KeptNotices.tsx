import { lazy, Suspense, useEffect, useState } from 'react';
import { useKept, watchStorage } from '../state/keptHere';
import styles from './Shell.module.css';

const LossNotice = lazy(async () => ({ default: (await import('../features/sharing/KeptNotices')).LossNotice }));
const BackupReminder = lazy(async () => ({
  default: (await import('../features/sharing/KeptNotices')).BackupReminder,
}));
const BackupDialog = lazy(async () => ({ default: (await import('../features/sharing/BackupDialog')).BackupDialog }));

/** What the browser has cleared, and what is in no backup yet. */
export function KeptNotices() {
  const { loss, due, unsaved } = useKept();
  // The dialog outlives the reminder, which goes when the backup is made.
  const [open, setOpen] = useState(false);
  useEffect(() => void watchStorage(), []);
  return (
    <Suspense fallback={null}>
      {(loss || due) && (
        <div className={styles.news}>
          {loss ? <LossNotice loss={loss} /> : <BackupReminder seconds={unsaved} onOpen={() => setOpen(true)} />}
        </div>
      )}
      {open && <BackupDialog onClose={() => setOpen(false)} />}
    </Suspense>
  );
}
