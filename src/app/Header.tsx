import { Link, useLocation } from 'react-router';
import { ActiveRunBar } from '../features/runs/ActiveRunBar';
import { DatasetChip, DeviceChip, StorageChip } from './HeaderChips';
import styles from './Header.module.css';
import { Icon } from '../ui/Icon';
import { IconButton } from '../ui/Button';
import { helpFor } from '../ui/helpPlaces';
import { useShortcutState } from '../ui/shortcuts';

/** What is at hand: dataset, device, storage, and the run in progress. Each opens its page. */
export function Header() {
  const { pathname, search } = useLocation();
  const setSheetOpen = useShortcutState((state) => state.setSheetOpen);
  return (
    <header className={styles.header}>
      <div className={styles.line}>
        <DatasetChip />
        <DeviceChip />
        <StorageChip />
        <Link to={helpFor(`${pathname}${search}`)} className={styles.chip} aria-label="Help on this page">
          <Icon name="help" />
          <span className={styles.rest}>Help</span>
        </Link>
        <IconButton
          label="Keyboard and appearance"
          icon={<Icon name="keyboard" />}
          onClick={() => setSheetOpen(true)}
        />
      </div>
      <ActiveRunBar />
    </header>
  );
}
