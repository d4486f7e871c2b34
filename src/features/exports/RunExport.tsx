import { useState, type ReactNode } from 'react';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { CopyButtons } from '../../ui/CopyButtons';
import { Dialog } from '../../ui/Dialog';
import { FaultNotice, Notice } from '../../ui/Notice';
import { saveBlob } from '../../charts/download';
import { faultOf, type Fault } from '../../domain/errors';
import { modelTable } from '../../domain/models/catalogue';
import type { EpochPoint, RunSummary } from '../../domain/run';
import { mmrecConfig } from '../../sharing/mmrecConfig';
import { useDatasets } from '../../state/datasets';
import { vectorsHelp } from '../projection/choices';
import { curvesFile, embeddingsFile, scalarsFile, textFile, topListsFile, type MadeFile } from './runFiles';
import styles from './exports.module.css';

interface RunExportProps {
  readonly run: RunSummary;
  readonly epochs: readonly EpochPoint[];
  /** What must be said of the numbers; null where nothing must. */
  readonly note: string | null;
}

/** Gives a run to other tools. */
export function RunExport(props: RunExportProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Icon name="download" />
        Export
      </Button>
      {open && <RunExportDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function RunExportDialog({ run, epochs, note, onClose }: RunExportProps & { readonly onClose: () => void }) {
  const [fault, setFault] = useState<Fault | null>(null);
  const [said, setSaid] = useState('');
  const dataset = useDatasets((state) => state.datasets.find(({ id }) => id === run.experiment.dataset.id) ?? null);
  const { model } = run.experiment;
  const ended = run.result !== null;
  const save = (made: MadeFile | Promise<MadeFile>): void => {
    setFault(null);
    Promise.resolve(made).then(
      ({ name, content }) => {
        saveBlob(name, content);
        setSaid(`${name} saved`);
      },
      (error: unknown) => setFault(faultOf(error)),
    );
  };
  const yaml = (): string => mmrecConfig(run, dataset, note);
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title="Export this run"
      description="Files for other tools. They are made here and go nowhere else."
      actions={<span role="status">{said}</span>}
    >
      {fault && <FaultNotice fault={fault} />}
      {note && (
        <Notice tone="warning" title={note}>
          The curves and the configuration say so too; embeddings and lists have no place for it.
        </Notice>
      )}
      {!ended && (
        <Notice title="Embeddings and lists come with the test evaluation.">
          It is made at the best epoch, when the run ends or is stopped.
        </Notice>
      )}
      <ul className={styles.list}>
        <Entry
          title="Curves, CSV"
          help="One row per epoch with everything that was measured, in full precision; or one row per tag and step (run, tag, step, value), as experiment trackers read it."
        >
          <SaveButton label="Curves CSV" onClick={() => save(curvesFile(run, epochs, note))} />
          <SaveButton label="Long CSV" onClick={() => save(scalarsFile(run, epochs, note))} />
        </Entry>
        <Entry
          title="Embeddings, npy"
          help={`float32, row i is user or item i of the dataset, at the best epoch. ${vectorsHelp('final', modelTable(model).vectorColumns !== undefined)}`}
        >
          <SaveButton label="Users" disabled={!ended} onClick={() => save(embeddingsFile(run, 'users'))} />
          <SaveButton label="Items" disabled={!ended} onClick={() => save(embeddingsFile(run, 'items'))} />
        </Entry>
        <Entry
          title="Top-50 lists, TSV"
          help="A line per test user: id, top_0, …, top_49, best first, training items left out; the layout of MMRec’s save_recommended_topk."
        >
          <SaveButton label="Lists" disabled={!ended} onClick={() => save(topListsFile(run))} />
        </Entry>
        <Entry
          title="MMRec configuration, YAML"
          help={
            modelTable(model).mmrec
              ? 'The protocol and the model’s options under MMRec’s names. Where MMRec cannot do what this run did, a remark says so. The dataset’s page exports the data.'
              : `MMRec has no ${modelTable(model).name}: the protocol for other models on the same data, and this run’s options as remarks. The dataset’s page exports the data.`
          }
        >
          <CopyButtons texts={[{ what: 'YAML', text: yaml }]} />
          <SaveButton
            label="YAML"
            onClick={() => save(textFile(`${run.name} mmrec`, 'yaml', 'application/yaml', yaml()))}
          />
        </Entry>
      </ul>
    </Dialog>
  );
}

function Entry({
  title,
  help,
  children,
}: {
  readonly title: string;
  readonly help: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <li className={styles.entry}>
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        <p className={styles.help}>{help}</p>
      </div>
      <div className={styles.buttons}>{children}</div>
    </li>
  );
}

function SaveButton({
  label,
  disabled = false,
  onClick,
}: {
  readonly label: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}) {
  return (
    <Button small disabled={disabled} onClick={onClick}>
      <Icon name="download" /> {label}
    </Button>
  );
}
