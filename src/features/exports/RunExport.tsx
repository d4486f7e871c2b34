import { useState, type ReactNode } from 'react';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { CopyButtons } from '../../ui/CopyButtons';
import { Dialog } from '../../ui/Dialog';
import { FaultNotice, Notice } from '../../ui/Notice';
import { saveBlob } from '../../charts/download';
import { faultOf, type Fault } from '../../domain/errors';
import { modelTable, rankedByVectors } from '../../domain/models/catalogue';
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
      description="Files for other tools. They are made here and are sent nowhere."
      actions={<span role="status">{said}</span>}
    >
      {fault && <FaultNotice fault={fault} />}
      {note && (
        <Notice tone="warning" title={note}>
          The curves and the configuration say so too; embeddings and lists cannot.
        </Notice>
      )}
      {!ended && (
        <Notice title="Embeddings and lists need the test evaluation.">
          It happens at the best epoch, when the run ends or is stopped.
        </Notice>
      )}
      <ul className={styles.list}>
        <Entry
          title="Curves, CSV"
          help="One row per epoch with all measurements, in full precision; or one row per tag and step (run, tag, step, value), for experiment trackers."
        >
          <SaveButton label="Curves CSV" onClick={() => save(curvesFile(run, epochs, note))} />
          <SaveButton label="Long CSV" onClick={() => save(scalarsFile(run, epochs, note))} />
        </Entry>
        {rankedByVectors(run.experiment) && (
          <Entry
            title="Embeddings, npy"
            help={`A zip with float32 vectors at the best epoch, and a table with index, original id and name of each row. ${vectorsHelp('final', modelTable(model).vectorColumns !== undefined)}`}
          >
            <SaveButton label="Users" disabled={!ended} onClick={() => save(embeddingsFile(run, 'user'))} />
            <SaveButton label="Items" disabled={!ended} onClick={() => save(embeddingsFile(run, 'item'))} />
          </Entry>
        )}
        <Entry
          title="Top-50 lists"
          help="A zip with recommendations.csv, one line per test user and rank by original ids; the same by index in the layout of MMRec’s save_recommended_topk; and tables of ids and names. Training items are excluded."
        >
          <SaveButton label="Lists" disabled={!ended} onClick={() => save(topListsFile(run))} />
        </Entry>
        {modelTable(model).computed === undefined && (
          <Entry
            title="MMRec configuration, YAML"
            help={
              modelTable(model).mmrec
                ? 'The protocol and the model’s options under MMRec’s names. Comments name what MMRec cannot do. Export the data on the dataset’s page.'
                : `MMRec has no ${modelTable(model).name}: the file holds the protocol for other models on the same data, and this run’s options as comments. Export the data on the dataset’s page.`
            }
          >
            <CopyButtons texts={[{ what: 'YAML', text: yaml }]} />
            <SaveButton
              label="YAML"
              onClick={() => save(textFile(`${run.name} mmrec`, 'yaml', 'application/yaml', yaml()))}
            />
          </Entry>
        )}
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
