import { useEffect, useRef, useState } from 'react';
import { formatBytes } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { FaultNotice } from '../../ui/Notice';
import { ProgressBar } from '../../ui/ProgressBar';
import { saveBlob } from '../../charts/download';
import type { DatasetDocument } from '../../domain/dataset';
import { faultOf, type Fault } from '../../domain/errors';
import { datasetFolder, featureFile } from '../../sharing/mmrecDataset';
import { makeFile } from '../../state/sharing';
import type { Phase } from '../../state/workerThread';
import styles from './exports.module.css';

/** Gives a dataset to MMRec. */
export function DatasetExport({ dataset }: { readonly dataset: DatasetDocument }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Icon name="download" /> Export for MMRec
      </Button>
      {open && <DatasetExportDialog dataset={dataset} onClose={() => setOpen(false)} />}
    </>
  );
}

type Stage =
  | { readonly name: 'idle'; readonly said: string }
  | { readonly name: 'packing'; readonly phase: Phase | null }
  | { readonly name: 'failed'; readonly fault: Fault };

function DatasetExportDialog({
  dataset,
  onClose,
}: {
  readonly dataset: DatasetDocument;
  readonly onClose: () => void;
}) {
  const [stage, setStage] = useState<Stage>({ name: 'idle', said: '' });
  const packing = useRef<AbortController | null>(null);
  // Closing the dialog calls the packing off.
  useEffect(() => () => packing.current?.abort(), []);
  const folder = datasetFolder(dataset.name);
  const pack = (): void => {
    const controller = new AbortController();
    packing.current = controller;
    setStage({ name: 'packing', phase: null });
    makeFile(
      { type: 'dataset', datasetId: dataset.id },
      { signal: controller.signal, onPhase: (phase) => setStage({ name: 'packing', phase }) },
    ).then(
      (blob) => {
        const name = `${datasetFolder(dataset.name)}.zip`;
        saveBlob(name, blob);
        setStage({ name: 'idle', said: `${name} saved, ${formatBytes(blob.size)}` });
      },
      (error: unknown) =>
        setStage(
          controller.signal.aborted
            ? { name: 'idle', said: 'Cancelled. Nothing was saved.' }
            : { name: 'failed', fault: faultOf(error) },
        ),
    );
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Export for MMRec"
      description={`One archive of about ${formatBytes(dataset.bytes)} for MMRec and tools built on it. It is made here and is sent nowhere.`}
      actions={
        <>
          <span role="status">{stage.name === 'idle' ? stage.said : ''}</span>
          {stage.name === 'packing' ? (
            <Button onClick={() => packing.current?.abort()}>Cancel</Button>
          ) : (
            <Button variant="primary" onClick={pack}>
              Save {folder}.zip
            </Button>
          )}
        </>
      }
    >
      {stage.name === 'failed' && <FaultNotice fault={stage.fault} />}
      <ul className={styles.list}>
        <File
          name={`${folder}.inter`}
          words="users, items, ratings, timestamps and this split as x_label 0, 1, 2; ids count from 0"
        />
        {dataset.features.map((feature) => (
          <File
            key={feature.key}
            name={featureFile(feature)}
            words={`${feature.rows} × ${feature.columns} float32; row i is ${feature.scope} i`}
          />
        ))}
        <File name={`${folder}.yaml`} words="the dataset’s configuration, for src/configs/dataset/" />
      </ul>
      <p className={styles.help}>
        If ids were numbered at import, the archive includes id mappings. Names and categories of items are not part of
        the layout. Dropped here again, the archive gives the same fingerprint.
      </p>
      {stage.name === 'packing' && <Packing phase={stage.phase} bytes={dataset.bytes} />}
    </Dialog>
  );
}

function File({ name, words }: { readonly name: string; readonly words: string }) {
  return (
    <li className={styles.entry}>
      <div className={styles.words}>
        <p className={styles.title}>
          <code>{name}</code>
        </p>
        <p className={styles.help}>{words}</p>
      </div>
    </li>
  );
}

function Packing({ phase, bytes }: { readonly phase: Phase | null; readonly bytes: number }) {
  const text = phase
    ? `${phase.text}, ${formatBytes((phase.fraction ?? 0) * bytes)} of ${formatBytes(bytes)}`
    : 'Reading the dataset';
  return (
    <div>
      <p className={styles.help}>{text}</p>
      <ProgressBar label="Packing" fraction={phase && phase.fraction} text={text} />
    </div>
  );
}
