import { memo } from 'react';
import { Panel } from '../../ui/Panel';
import { configDifferences, type Setting } from '../../domain/comparison';
import styles from './compare.module.css';

/** Options in which the settings differ, side by side. */
export const ConfigDifferences = memo(function ConfigDifferences({
  settings,
}: {
  readonly settings: readonly Setting[];
}) {
  const differences = configDifferences(settings);
  return (
    <Panel
      title="Differences"
      note={
        differences.length === 0
          ? 'only the model, and options that not all settings have'
          : 'options that all settings have, with different values'
      }
    >
      {differences.length > 0 && (
        <div className={styles.scroll} tabIndex={0} role="group" aria-label="Options that differ">
          <table className={styles.differences}>
            <thead>
              <tr>
                <th scope="col">Option</th>
                {settings.map(({ key, label }) => (
                  <th key={key} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {differences.map(({ option, values }) => (
                <tr key={option}>
                  <th scope="row">
                    <code>{option}</code>
                  </th>
                  {values.map((value, i) => (
                    <td key={settings[i]?.key}>
                      {value === null ? (
                        <span className={styles.absent}>not an option</span>
                      ) : (
                        <code>{String(value)}</code>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
});
