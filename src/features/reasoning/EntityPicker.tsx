import { useMemo } from 'react';
import { formatCount } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Choice } from '../../ui/Field';
import type { DatasetDocument } from '../../domain/dataset';
import { idFinder, idOf, originalIds } from '../../domain/entityNames';
import { useLabels } from '../../state/useLabels';
import { DraftInput, wholeNumber } from './DraftInput';
import styles from './reasoning.module.css';

/** An item or a user by its index. */
export interface Entity {
  readonly scope: 'item' | 'user';
  readonly index: number;
}

interface EntityPickerProps extends Entity {
  readonly dataset: DatasetDocument;
  readonly onPick: (entity: Entity) => void;
}

/** Goes through items or users, one after the other or by their original ids. */
export function EntityPicker({ dataset, scope, index, onPick }: EntityPickerProps) {
  const size = scope === 'item' ? dataset.statistics.items : dataset.statistics.users;
  const labels = useLabels(dataset.id);
  const find = useMemo(() => idFinder(labels, scope, size), [labels, scope, size]);
  const renumbered = originalIds(labels, scope) !== null;
  const go = (to: number): void => onPick({ scope, index: (to + size) % size });
  return (
    <div className={styles.fields}>
      <Choice
        label="Items or users"
        hideLabel
        segments
        value={scope}
        options={[
          { value: 'item', label: 'Items' },
          { value: 'user', label: 'Users' },
        ]}
        onValueChange={(next) => onPick({ scope: next, index: 0 })}
      />
      <Button onClick={() => go(index - 1)}>Previous</Button>
      <Button onClick={() => go(index + 1)}>Next</Button>
      <DraftInput
        key={`${scope}/${index}/${renumbered}`}
        className={(renumbered ? styles.id : styles.number) ?? ''}
        label={renumbered ? 'Original id' : `Id, 0 to ${formatCount(size - 1)}`}
        numeric={!renumbered}
        value={idOf(labels, scope, index)}
        problem={
          renumbered ? (text) => (find(text) === null ? `There is no such ${scope}.` : null) : wholeNumber(0, size - 1)
        }
        onValue={(text) => go(find(text) ?? index)}
      />
    </div>
  );
}
