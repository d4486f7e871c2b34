import { useEffect } from 'react';
import { formatBytes } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Panel';
import { ProgressBar } from '../../ui/ProgressBar';
import { Stat, StatList } from '../../ui/Stat';
import { useDatasets } from '../../state/datasets';
import { shareWords, usedShare, useStorage } from '../../state/storage';
import { BackupButton } from '../sharing/BackupButton';
import styles from './DevicePage.module.css';

/** What this browser keeps for this page, and whether it may clear it. */
export function StoragePanel() {
  const storage = useStorage();
  const datasets = useDatasets((state) => state.datasets);
  const { refresh } = storage;
  useEffect(() => void refresh(), [refresh]);
  const share = usedShare(storage);
  return (
    <Panel
      title="Storage"
      actions={
        <>
          {storage.persisted === false && (
            <Button small onClick={() => void storage.ask()}>
              Ask the browser to keep it
            </Button>
          )}
          <BackupButton />
        </>
      }
    >
      {share === null ? (
        <p className={styles.note}>This browser does not report how much is stored.</p>
      ) : (
        <ProgressBar
          label="Storage used"
          fraction={share}
          text={`${formatBytes(storage.usage)} of ${formatBytes(storage.quota)}`}
        />
      )}
      <StatList rows>
        <Stat label="Used" value={`${formatBytes(storage.usage)}${share === null ? '' : ` · ${shareWords(share)}`}`} />
        <Stat label="Quota" value={formatBytes(storage.quota)} />
        <Stat label="Datasets" value={formatBytes(datasets.reduce((sum, { bytes }) => sum + bytes, 0))} />
        <Stat label="Kept for" value={keptWords(storage.persisted)} />
      </StatList>
      {storage.persisted === false && (
        <p className={styles.note}>
          The browser may clear datasets and runs when the disk is nearly full. It is more likely to grant the request
          to pages that are installed or often visited.
        </p>
      )}
    </Panel>
  );
}

function keptWords(persisted: boolean | null): string {
  if (persisted === null) return 'unknown';
  return persisted ? 'as long as you want' : 'until the browser needs the space';
}
