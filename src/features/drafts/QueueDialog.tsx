import type { ReactNode } from 'react';
import { plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';

interface QueueDialogProps {
  readonly title: string;
  readonly description: string;
  /** Runs that would be queued. */
  readonly count: number;
  readonly queueing: boolean;
  readonly onQueue: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Plans several runs at once; its button says how many. */
export function QueueDialog({ title, description, count, queueing, onQueue, onClose, children }: QueueDialogProps) {
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title={title}
      description={description}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={count === 0 || queueing} onClick={onQueue}>
            Queue {plural(count, 'run')}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
