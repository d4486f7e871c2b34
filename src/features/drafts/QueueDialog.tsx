import type { ReactNode } from 'react';
import { fileName, saveText } from '../../charts/download';
import type { DatasetDocument } from '../../domain/dataset';
import { planOf } from '../../domain/plan';
import type { QueuedExperiment } from '../../domain/pretraining';
import { encodePlan, PLAN_ENDING } from '../../sharing/planFile';
import { plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { TimeNote } from './TimeNote';

interface QueueDialogProps {
  readonly title: string;
  readonly description: string;
  /** What would be queued, without the pre-training that it needs. */
  readonly wanted: readonly QueuedExperiment[];
  readonly dataset: DatasetDocument;
  readonly queueing: boolean;
  readonly onQueue: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The same runs as a file, for workers on other machines. */
function savePlan(wanted: readonly QueuedExperiment[], dataset: DatasetDocument): void {
  const name = wanted[0]?.group?.name ?? dataset.name;
  const text = encodePlan(planOf(name, dataset, wanted, new Date().toISOString()));
  saveText(fileName(name, PLAN_ENDING.slice(1)), 'application/json', text);
}

/** Plans several runs at once; its button says how many. */
export function QueueDialog({
  title,
  description,
  wanted,
  dataset,
  queueing,
  onQueue,
  onClose,
  children,
}: QueueDialogProps) {
  const nothing = wanted.length === 0;
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
          <Button disabled={nothing} onClick={() => savePlan(wanted, dataset)}>
            Save as plan
          </Button>
          <Button variant="primary" disabled={nothing || queueing} onClick={onQueue}>
            Queue {plural(wanted.length, 'run')}
          </Button>
        </>
      }
    >
      {children}
      <TimeNote wanted={wanted} />
    </Dialog>
  );
}
