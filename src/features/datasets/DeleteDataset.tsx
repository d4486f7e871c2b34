import { useState } from 'react';
import { formatBytes } from '../../ui/format';
import { ConfirmDialog } from '../../ui/Dialog';
import { FaultNotice } from '../../ui/Notice';
import { faultOf, type Fault } from '../../domain/errors';
import type { DatasetDocument } from '../../domain/dataset';
import { useDatasets } from '../../state/datasets';

interface DeleteDatasetProps {
  /** The dataset to ask about; null: not asking. */
  readonly dataset: DatasetDocument | null;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
}

/** Asks, then deletes. */
export function DeleteDataset({ dataset, onClose, onDeleted }: DeleteDatasetProps) {
  const remove = useDatasets((state) => state.remove);
  const twin = useDatasets(({ datasets }) =>
    datasets.find(({ id, fingerprint }) => id !== dataset?.id && fingerprint === dataset?.fingerprint),
  );
  const [fault, setFault] = useState<Fault | null>(null);
  const confirm = async (): Promise<void> => {
    if (!dataset) return;
    setFault(null);
    await remove(dataset.id).then(onDeleted, (error: unknown) => setFault(faultOf(error)));
  };
  return (
    <>
      {fault && <FaultNotice fault={fault} />}
      <ConfirmDialog
        open={dataset !== null}
        onOpenChange={(open) => !open && onClose()}
        title={`Delete “${dataset?.name ?? ''}”?`}
        description={
          <p>
            Frees {formatBytes(dataset?.bytes)}.{' '}
            {twin
              ? `Runs on it go on with “${twin.name}”, which has the same content.`
              : 'Runs on it keep their results but can no longer be started or resumed.'}{' '}
            The files it came from are not touched.
          </p>
        }
        confirmLabel="Delete"
        onConfirm={confirm}
      />
    </>
  );
}
