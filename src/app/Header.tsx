import { ActiveRunBar } from '../features/runs/ActiveRunBar';
import styles from './Header.module.css';

/** What is at hand: dataset, device, storage, and the run in progress. Each opens its page. */
export function Header() {
  return (
    <header className={styles.header}>
      <div className={styles.line} />
      <ActiveRunBar />
    </header>
  );
}
