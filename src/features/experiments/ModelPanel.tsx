import { Link } from 'react-router';
import { Field, Select } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { plural } from '../../ui/format';
import type { DatasetDocument } from '../../domain/dataset';
import { MODEL_TABLES, modelTable, REFERENCE_TABLES } from '../../domain/models/catalogue';
import type { ModelId } from '../../domain/models/table';
import { PRINTED_ONLY } from '../../domain/printedOnly';
import { needsProblem } from './needs';
import styles from './experiments.module.css';

interface ModelPanelProps {
  readonly model: ModelId;
  readonly dataset: DatasetDocument | null;
  readonly onModel: (model: ModelId) => void;
}

/** Which model: its idea in one sentence, where it is from, what it needs. */
export function ModelPanel({ model, dataset, onModel }: ModelPanelProps) {
  const table = modelTable(model);
  const { authors, title, venue, year, url } = table.citation;
  const problem = needsProblem(table, dataset);
  return (
    <Panel title="Model">
      <Field label={<span className="visually-hidden">Model</span>}>
        {(control) => (
          <Select
            {...control}
            value={model}
            options={[
              ...MODEL_TABLES.map(({ id, name }) => ({ value: id, label: name })),
              ...REFERENCE_TABLES.map(({ id, name }) => ({ value: id, label: `${name} (baseline)` })),
            ]}
            onValueChange={onModel}
          />
        )}
      </Field>
      <p>{table.summary}</p>
      <p className={styles.citation}>
        {authors && `${authors}: `}
        {url ? (
          <a href={url} target="_blank" rel="noreferrer">
            {title}
          </a>
        ) : (
          <cite>{title}</cite>
        )}
        . {venue} {year}.{' '}
        {table.minModalities === 0
          ? 'Needs interactions only.'
          : `Needs at least ${plural(table.minModalities, 'item feature matrix', 'item feature matrices')}.`}
      </p>
      <PrintedOnlySystems />
      {problem && (
        <Notice tone="warning" title={problem.message}>
          {problem.hint}
        </Notice>
      )}
    </Panel>
  );
}

/** Systems of the papers' tables that the list above lacks, and why. */
function PrintedOnlySystems() {
  return (
    <details className={styles.printedOnly}>
      <summary>Printed results only: {plural(PRINTED_ONLY.length, 'more system')}</summary>
      <p>
        They stand in the <Link to="/tables">papers’ tables</Link> and cannot be run here.
      </p>
      <dl>
        {PRINTED_ONLY.map(({ name, why, needed }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {why} Needed: {needed.charAt(0).toLowerCase() + needed.slice(1)}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
