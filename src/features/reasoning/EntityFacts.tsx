import type { ReasonedEntity } from '../../domain/reasoning';
import styles from './reasoning.module.css';

/** What the models are given: an item's picture, a user's history. */
export function EntityFacts({
  entity: { scope, index, id, name, picture, history },
}: {
  readonly entity: ReasonedEntity;
}) {
  return (
    <div className={styles.column}>
      <div>
        <strong>{name}</strong> {id !== String(index) && <span className={styles.help}>index {index}</span>}
      </div>
      {scope === 'item' &&
        (picture ? <img src={picture} alt={`Picture of ${name}`} /> : <p className={styles.help}>No picture.</p>)}
      {scope === 'user' && (
        <ul className={styles.history} aria-label="Training history, oldest first" tabIndex={0}>
          {history.map((one, place) => (
            <li key={place} className={one.read ? undefined : styles.left}>
              {one.name}
              {!one.read && ' (left out)'}
            </li>
          ))}
          {history.length === 0 && <li>No training interactions.</li>}
        </ul>
      )}
    </div>
  );
}
