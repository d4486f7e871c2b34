import { Panel } from '../../ui/Panel';
import type { DatasetDocument } from '../../domain/dataset';
import { modelCautions } from './cautions';
import styles from './ModelCautions.module.css';

/** What should be known before models are trained on this dataset; nothing where there is nothing to say. */
export function ModelCautions({ dataset }: { readonly dataset: DatasetDocument }) {
  const cautions = modelCautions(dataset);
  if (cautions.length === 0) return null;
  return (
    <Panel title="Before you train on this dataset">
      <ul className={styles.list}>
        {cautions.map(({ model, text }) => (
          <li key={model}>
            <strong>{model}</strong> {text}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
