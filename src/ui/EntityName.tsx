import { entityLabel, originalIds, type EntityLabels, type Scope } from '../domain/entityNames';
import styles from './EntityName.module.css';

interface EntityNameProps {
  readonly labels: EntityLabels | null;
  readonly scope: Scope;
  readonly index: number;
}

/** A user or an item by its original id and name; its index, where that is another number, stands muted behind them. */
export function EntityName({ labels, scope, index }: EntityNameProps) {
  return (
    <>
      {entityLabel(labels, scope, index)}
      {originalIds(labels, scope) && <span className={styles.index}> index {index}</span>}
    </>
  );
}
