import { useState } from 'react';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import type { DatasetDocument } from '../../domain/dataset';
import styles from './DatasetIdentity.module.css';

/** Where the dataset comes from and how a colleague can tell that theirs is the same. */
export function DatasetIdentity({ dataset }: { readonly dataset: DatasetDocument }) {
  const { source, fingerprint } = dataset;
  const columns = [dataset.hasRatings && 'ratings', dataset.hasTimestamps && 'timestamps'].filter(Boolean).join(', ');
  return (
    <Panel title="Origin" note="same fingerprint, same content, split included">
      <StatList rows>
        <Stat
          label="Fingerprint"
          value={
            <span className={styles.fingerprint}>
              <code title={fingerprint}>{`${fingerprint.slice(0, 16)} …`}</code>
              <CopyButton text={fingerprint} />
            </span>
          }
        />
        {source.kind === 'files' && (
          <Stat label={source.files.length === 1 ? 'File' : 'Files'} value={<code>{source.files.join(', ')}</code>} />
        )}
        {source.kind === 'reasoning' && (
          <Stat label="Made from" value={`${source.provenance.from.name}, by the reasoning stage`} />
        )}
        {source.kind === 'demo' && (
          <Stat
            label="Generator"
            value={
              source.options.variant === 'plain'
                ? `demo, seed ${source.options.seed}`
                : `demo, looks and semantics, seed ${source.options.seed}`
            }
          />
        )}
        <Stat label="Other columns" value={columns || 'none'} />
      </StatList>
    </Panel>
  );
}

function CopyButton({ text }: { readonly text: string }) {
  const [said, setSaid] = useState('Copy');
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid('Copied'),
      () => setSaid('The browser did not allow it'),
    );
  };
  return (
    <Button small variant="quiet" onClick={copy}>
      <Icon name="copy" size={12} />
      <span aria-live="polite">{said}</span>
    </Button>
  );
}
