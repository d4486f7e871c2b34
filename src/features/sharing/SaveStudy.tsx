import { useState } from 'react';
import { formatBytes, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { FaultNotice } from '../../ui/Notice';
import { fileName, saveBlob } from '../../charts/download';
import { faultOf, type Fault } from '../../domain/errors';
import type { RunSummary } from '../../domain/run';
import { makeFile } from '../../state/sharing';
import { studyName } from './studyNames';
import styles from './sharing.module.css';

/** Saves runs as a file, and the weights of each beside it. */
export function SaveStudy({ runs }: { readonly runs: readonly RunSummary[] }) {
  const [working, setWorking] = useState(false);
  const [said, setSaid] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const finished = runs.filter(({ result }) => result !== null);

  const guarded = (work: () => Promise<string>): void => {
    setWorking(true);
    setFault(null);
    work()
      .then(setSaid, (error: unknown) => setFault(faultOf(error)))
      .finally(() => setWorking(false));
  };
  const save = (): void =>
    guarded(async () => {
      const file = await makeFile({ type: 'study', runIds: runs.map(({ id }) => id) });
      saveBlob(studyName(runs.map(({ name }) => name)), file);
      return `Saved, ${formatBytes(file.size)}`;
    });
  const saveWeights = (): void =>
    guarded(async () => {
      let size = 0;
      for (const { id, name } of finished) {
        const file = await makeFile({ type: 'weights', runId: id });
        size += file.size;
        saveBlob(fileName(`${name} ${id}`, 'safetensors'), file);
      }
      return `Saved ${plural(finished.length, 'file')}, ${formatBytes(size)}`;
    });

  return (
    <section className={styles.file} aria-label="File">
      <h3 className={styles.heading}>File</h3>
      <p>
        Everything stored about {runs.length === 1 ? 'the run' : 'the runs'}: every epoch, the routing, each test user’s
        results, notes. It contains no data of the dataset except the items recommended to users. To open it, drop it on
        the Runs page.
      </p>
      <div className={styles.fileButtons}>
        <Button disabled={working} onClick={save}>
          <Icon name="download" />
          Save as file
        </Button>
        <Button disabled={working || finished.length === 0} onClick={saveWeights}>
          <Icon name="download" />
          Save the weights too
        </Button>
        <span role="status">{said}</span>
      </div>
      {fault && <FaultNotice fault={fault} />}
    </section>
  );
}
