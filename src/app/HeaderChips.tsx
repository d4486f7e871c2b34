import { Link } from 'react-router';
import { currentDataset, useDatasets } from '../state/datasets';
import { isRefused } from '../state/importJob';
import { useDevice } from '../state/device';
import { shareWords, usedShare, useStorage } from '../state/storage';
import { formatBytes, formatCount } from '../ui/format';
import styles from './Header.module.css';
import { Icon } from '../ui/Icon';
import { BACKEND_LABELS, featuresLabel } from '../ui/words';

/** The dataset that new experiments use, or how far an import is. */
export function DatasetChip() {
  const loaded = useDatasets((state) => state.loaded);
  const job = useDatasets((state) => state.job);
  const dataset = useDatasets(currentDataset);
  const words = (): { readonly name: string; readonly rest: string } => {
    if (job && isRefused(job)) return { name: 'Import', rest: 'stopped by errors' };
    if (job?.stage.name === 'checked') return { name: 'Import', rest: 'waiting for your decision' };
    if (job && job.stage.name !== 'failed') {
      const done = job.totalBytes > 0 ? `${Math.floor((100 * job.doneBytes) / job.totalBytes)} %` : '';
      return { name: `${job.kind === 'demo' ? 'Making' : 'Importing'} ${job.name}`, rest: done };
    }
    if (!loaded) return { name: 'Reading the list of datasets', rest: '' };
    if (!dataset) return { name: 'No dataset', rest: '' };
    const { users, items } = dataset.statistics;
    const modalities = featuresLabel(dataset.features) || 'no features';
    return { name: dataset.name, rest: `${formatCount(users)} users × ${formatCount(items)} items · ${modalities}` };
  };
  const { name, rest } = words();
  return (
    <Link to={dataset && !job ? `/data/${dataset.id}` : '/data'} className={styles.chip} data-grow>
      <Icon name="data" />
      <span className="visually-hidden">Dataset: </span>
      <strong className={styles.name}>{name}</strong>
      {rest && <span className={styles.rest}>{rest}</span>}
    </Link>
  );
}

/** Which device computes, or what is being checked. */
export function DeviceChip() {
  const { report, checking, fault, preference } = useDevice();
  const failed = preference.backend === 'auto' ? 'no device' : `${BACKEND_LABELS[preference.backend]} not available`;
  return (
    <Link to="/device" className={styles.chip}>
      <Icon name={fault ? 'warning' : 'device'} />
      <span className="visually-hidden">Device: </span>
      {report ? (
        <>
          <span className={styles.rest}>{report.name} · </span>
          <span className={styles.name}>{BACKEND_LABELS[report.backend]}</span>
        </>
      ) : (
        <span className={styles.name}>{checking ?? (fault ? failed : 'not checked yet')}</span>
      )}
    </Link>
  );
}

/** Share of the browser's quota in use. */
export function StorageChip() {
  const storage = useStorage();
  const share = usedShare(storage);
  if (share === null) return null;
  return (
    <Link
      to="/device"
      className={styles.chip}
      title={`${formatBytes(storage.usage)} of ${formatBytes(storage.quota)} used`}
    >
      <Icon name="storage" />
      <span className="visually-hidden">Storage used: </span>
      {shareWords(share)}
    </Link>
  );
}
