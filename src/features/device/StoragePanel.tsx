import { useEffect } from 'react';
import { formatBytes } from '../../ui/format';
import { Panel } from '../../ui/Panel';
import { ProgressBar } from '../../ui/ProgressBar';
import { Stat, StatList } from '../../ui/Stat';
import { useDatasets } from '../../state/datasets';
import { shareWords, usedShare, useStorage } from '../../state/storage';
import styles from './DevicePage.module.css';

/** How much this browser keeps for this page. */
export function StoragePanel() {
  const storage = useStorage();
  const datasets = useDatasets((state) => state.datasets);
  const { refresh } = storage;
  useEffect(() => void refresh(), [refresh]);
  const share = usedShare(storage);
  return (
    <Panel title="Storage">
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
      </StatList>
    </Panel>
  );
}
