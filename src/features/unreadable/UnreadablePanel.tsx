import { unreadableSentence, type DocumentKind, type UnreadableDocument } from '../../domain/unreadable';
import { Icon } from '../../ui/Icon';
import { plural } from '../../ui/format';
import { Panel } from '../../ui/Panel';
import { UnreadableActions } from './UnreadableActions';
import styles from './unreadable.module.css';

interface UnreadablePanelProps {
  readonly kind: DocumentKind;
  readonly documents: readonly UnreadableDocument[];
}

/** A row for each document that cannot be read, with why, and what can be done; nothing when all can. */
export function UnreadablePanel({ kind, documents }: UnreadablePanelProps) {
  if (documents.length === 0) return null;
  return (
    <Panel title="Cannot be read" note={`${plural(documents.length, kind)}, kept as stored`}>
      <ul className={styles.list} aria-label={`${kind === 'run' ? 'Runs' : 'Datasets'} that cannot be read`}>
        {documents.map((document) => (
          <li key={document.id}>
            <Icon name="warning" />
            <span className={styles.words}>
              <strong>{document.name ?? document.id}</strong>
              <span>{unreadableSentence(kind, document.why)}</span>
            </span>
            <UnreadableActions kind={kind} document={document} small />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
