import { useState } from 'react';
import { fileName, saveBlob } from '../../charts/download';
import { faultOf } from '../../domain/errors';
import type { DocumentKind, UnreadableDocument } from '../../domain/unreadable';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { makeFile } from '../../state/sharing';
import { Button } from '../../ui/Button';
import { ConfirmDialog } from '../../ui/Dialog';
import { formatBytes } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import styles from './unreadable.module.css';

export type Named = Pick<UnreadableDocument, 'id' | 'name'>;

interface UnreadableActionsProps {
  readonly kind: DocumentKind;
  readonly document: Named;
  readonly small?: boolean;
  readonly onDeleted?: () => void;
}

const remove = (kind: DocumentKind, id: string): Promise<void> =>
  kind === 'run' ? useRuns.getState().remove([id]) : useDatasets.getState().remove(id);

/** Saves what cannot be read as it is, and deletes it once that is confirmed. */
export function UnreadableActions({ kind, document, small = false, onDeleted }: UnreadableActionsProps) {
  const { id } = document;
  const name = document.name ?? id;
  const [working, setWorking] = useState(false);
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState('');
  const guarded = (work: () => Promise<string>): Promise<void> => {
    setWorking(true);
    return work()
      .then(setSaid, (error: unknown) => setSaid(faultOf(error).message))
      .finally(() => setWorking(false));
  };
  const save = (): Promise<void> =>
    guarded(async () => {
      const file = await makeFile({ type: 'raw', of: kind, id });
      saveBlob(fileName(`${kind} ${name} as stored`, 'json'), file);
      return `Saved, ${formatBytes(file.size)}`;
    });
  const confirm = (): Promise<void> =>
    guarded(async () => {
      await remove(kind, id);
      onDeleted?.();
      return '';
    });
  return (
    <span className={styles.actions}>
      <Button small={small} disabled={working} aria-label={`Export ${name} as it is`} onClick={() => void save()}>
        <Icon name="download" />
        Export as it is
      </Button>
      <Button small={small} disabled={working} aria-label={`Delete ${name}`} onClick={() => setAsking(true)}>
        <Icon name="trash" />
        Delete
      </Button>
      <span role="status" className={styles.said}>
        {said}
      </span>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete “${name}”?`}
        description={`All that is stored of this ${kind} is removed from this browser and cannot be brought back. A newer version of Lodestone may be able to read it: export it first if you may still need it.`}
        confirmLabel="Delete"
        onConfirm={confirm}
      />
    </span>
  );
}
