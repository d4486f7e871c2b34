import type { FileReading, FileTaken } from '../../domain/reading';
import { USES_OF } from '../../domain/reading';
import { Checkbox, Field, Input, Select } from '../../ui/Field';
import styles from './ReadingDialog.module.css';
import { columnName, columnUse, withHeader, withRole, withUse } from './readingDraft';
import { ROLE_LABELS, sentence, shortPath, USE_LABELS } from './readingWords';

interface FileCardProps {
  readonly file: FileTaken;
  readonly reading: FileReading;
  readonly onChange: (reading: FileReading) => void;
}

/** One file: what it is, and what its columns are. */
export function FileCard({ file, reading, onChange }: FileCardProps) {
  const { path, what, question, why, roles } = file;
  return (
    <section className={styles.card} aria-label={path}>
      <div className={styles.head}>
        <code className={styles.path}>{shortPath(path)}</code>
        <span className={styles.what}>{what}</span>
      </div>
      <p className={question === null ? styles.why : undefined}>{question ?? sentence(why)}</p>
      <div className={styles.fields}>
        {roles.length > 1 && (
          <Field label="This file is">
            {(control) => (
              <Select
                {...control}
                value={reading.role}
                options={roles.map((role) => ({ value: role, label: ROLE_LABELS[role] }))}
                onValueChange={(role) => onChange(withRole(reading, role, path))}
              />
            )}
          </Field>
        )}
        {reading.role === 'features' && <FeatureFields reading={reading} onChange={onChange} />}
      </div>
      {file.preview && reading.role !== 'unused' && <Columns file={file} reading={reading} onChange={onChange} />}
    </section>
  );
}

function FeatureFields({ reading, onChange }: Omit<FileCardProps, 'file'>) {
  const feature = reading.feature ?? { key: '', scope: 'item' };
  return (
    <>
      <Field label="Modality">
        {(control) => (
          <Input
            {...control}
            value={feature.key}
            maxLength={100}
            onChange={(event) => onChange({ ...reading, feature: { ...feature, key: event.target.value } })}
          />
        )}
      </Field>
      <Field label="Each row is">
        {(control) => (
          <Select
            {...control}
            value={feature.scope}
            options={[
              { value: 'item', label: 'an item' },
              { value: 'user', label: 'a user' },
            ]}
            onValueChange={(scope) => onChange({ ...reading, feature: { ...feature, scope } })}
          />
        )}
      </Field>
    </>
  );
}

/** The first rows, with a choice above each column. */
function Columns({ file, reading, onChange }: FileCardProps) {
  const preview = file.preview;
  if (!preview) return null;
  const uses = USES_OF[reading.role];
  const header = reading.header !== false;
  const options = [
    { value: '' as const, label: 'Not used' },
    ...uses.map((use) => ({ value: use, label: USE_LABELS[use] })),
  ];
  const rows = header ? preview.rows : [preview.columns, ...preview.rows.slice(0, -1)];
  const positive = preview.columns.findIndex((_, column) => columnUse(file, reading, column) === 'positive');
  return (
    <>
      {preview.headerInDoubt && (
        <Checkbox
          label="The first line names the columns"
          checked={header}
          onCheckedChange={(checked) => onChange(withHeader(file, reading, checked))}
        />
      )}
      <div className={styles.scroll} role="region" aria-label={`First rows of ${shortPath(file.path)}`} tabIndex={0}>
        <table className={styles.preview}>
          <thead>
            <tr>
              {preview.columns.map((_, column) => (
                <th key={column} scope="col">
                  <Select
                    aria-label={`Column ${columnName(file, reading, column)}`}
                    value={columnUse(file, reading, column)}
                    options={options}
                    onValueChange={(use) => onChange(withUse(file, reading, column, use))}
                  />
                  <span className={styles.column}>{columnName(file, reading, column)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {positive >= 0 && (
        <fieldset className={styles.values}>
          <legend>Rows that are interactions: {columnName(file, reading, positive)} is</legend>
          {(preview.values[positive] ?? []).map((value) => (
            <Checkbox
              key={value}
              label={value}
              checked={reading.positives?.includes(value) ?? false}
              onCheckedChange={(checked) => {
                const others = (reading.positives ?? []).filter((one) => one !== value);
                onChange({ ...reading, positives: checked ? [...others, value] : others });
              }}
            />
          ))}
        </fieldset>
      )}
    </>
  );
}
