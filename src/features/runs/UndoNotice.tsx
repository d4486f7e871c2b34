import { UNDO_SECONDS, useRemoval } from '../../state/removal';
import { Button } from '../../ui/Button';
import { plural } from '../../ui/format';
import { Notice } from '../../ui/Notice';

/** That runs are deleted in a moment, and the way back. */
export function UndoNotice() {
  const { ids, undo } = useRemoval();
  if (ids.length === 0) return null;
  return (
    <Notice
      title={`${plural(ids.length, 'run')} deleted.`}
      live="polite"
      actions={<Button onClick={undo}>Undo</Button>}
    >
      For {UNDO_SECONDS} seconds this can be taken back.
    </Notice>
  );
}
