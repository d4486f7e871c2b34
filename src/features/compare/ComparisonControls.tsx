import { Choice, Field, Select } from '../../ui/Field';
import type { Setting } from '../../domain/comparison';
import { METRIC_KEYS, metricLabel } from '../../domain/metrics';
import { isRated } from './curves';
import type { Comparison } from './useComparison';
import styles from './compare.module.css';

interface ComparisonControlsProps {
  readonly settings: readonly Setting[];
  readonly reference: Setting | undefined;
  readonly address: Comparison;
}

/** What settings are compared by, and with which of them. */
export function ComparisonControls({ settings, reference, address }: ComparisonControlsProps) {
  return (
    <div className={styles.controls}>
      <Field label="Metric">
        {(control) => (
          <Select
            {...control}
            value={address.metric}
            options={METRIC_KEYS.map((key) => ({ value: key, label: metricLabel(key) }))}
            onValueChange={(next) => address.change({ metric: next })}
          />
        )}
      </Field>
      <Field label="Reference">
        {(control) => (
          <Select
            {...control}
            value={reference?.key ?? ''}
            options={settings.map(({ key, label }) => ({ value: key, label }))}
            onValueChange={(next) => address.change({ reference: next })}
          />
        )}
      </Field>
      {isRated(settings) && (
        <Choice
          segments
          label="Held-out items"
          value={address.relevant}
          options={[
            { value: 'all', label: 'all' },
            { value: 'liked', label: 'liked only' },
          ]}
          onValueChange={(next) => address.change({ relevant: next })}
        />
      )}
    </div>
  );
}
