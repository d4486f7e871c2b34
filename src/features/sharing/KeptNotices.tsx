import { ButtonLink, Button } from '../../ui/Button';
import { formatDateTime, plural } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import type { StorageLoss } from '../../storage/marker';
import { useKept } from '../../state/keptHere';
import { RestoreButton } from './RestoreButton';
import { backUpNow } from './backUp';

/** That the browser cleared the storage. It stays until the person has read it or restored a backup. */
export function LossNotice({ loss }: { readonly loss: StorageLoss }) {
  const { runs, datasets, seen, backup } = loss;
  const parts = [...(runs > 0 ? [plural(runs, 'run')] : []), ...(datasets > 0 ? [plural(datasets, 'dataset')] : [])];
  return (
    <Notice
      tone="error"
      live="assertive"
      title={`The browser has cleared this site’s storage since ${formatDateTime(seen)}: ${parts.join(' and ')} ${runs + datasets === 1 ? 'is' : 'are'} gone.`}
      actions={
        <>
          <Button onClick={() => useKept.getState().dismissLoss()}>Close</Button>
          <ButtonLink to="/device">How to avoid it</ButtonLink>
          <RestoreButton />
        </>
      }
    >
      Lodestone did not delete them. Browsers clear a site’s storage when the disk is full or the site was long unused.{' '}
      {backup
        ? `The last backup is of ${formatDateTime(backup)}.`
        : 'No backup from this browser is known; look for a .lodestone.zip among your downloads.'}
    </Notice>
  );
}

/** That an hour's work or more is in no backup. */
export function BackupReminder({ seconds, onOpen }: { readonly seconds: number; readonly onOpen: () => void }) {
  const backupAt = useKept((state) => state.backupAt);
  const minutes = Math.floor(seconds / 60);
  const time = `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  return (
    <Notice
      live="polite"
      title={`${time} of work is in no backup.`}
      actions={
        <>
          <Button variant="quiet" onClick={() => void useKept.getState().later()}>
            Later
          </Button>
          <Button
            onClick={() => {
              onOpen();
              void backUpNow();
            }}
          >
            Back up now
          </Button>
        </>
      }
    >
      Training and reasoning
      {backupAt ? ` since the last backup of ${formatDateTime(backupAt)}.` : '; no backup from this browser is known.'}
    </Notice>
  );
}
