import { useState } from 'react';
import { METRIC_KEYS, metricLabel } from '../../domain/metrics';
import type { ReportBlock } from '../../domain/report';
import { Button } from '../../ui/Button';
import { Field, Input, Select, TextArea } from '../../ui/Field';
import styles from './studies.module.css';

interface BlockEditorProps {
  readonly block: ReportBlock;
  readonly onSave: (block: ReportBlock) => void;
  readonly onCancel: () => void;
}

/** Changes the words of a part, or what its curves show. */
export function BlockEditor({ block, onSave, onCancel }: BlockEditorProps) {
  const [draft, setDraft] = useState(block);
  return (
    <form
      className={styles.editor}
      onSubmit={(event) => {
        event.preventDefault();
        onSave(draft);
      }}
    >
      {draft.kind === 'text' && (
        <Field label="Words" help="Markdown: # heading, **bold**, *italics*, lists, tables, links.">
          {(control) => (
            <TextArea
              {...control}
              autoFocus
              rows={Math.min(24, Math.max(8, draft.text.split('\n').length + 2))}
              value={draft.text}
              onChange={(event) => setDraft({ ...draft, text: event.target.value })}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onSave(draft);
              }}
            />
          )}
        </Field>
      )}
      {draft.kind === 'curves' && (
        <Field label="Metric">
          {(control) => (
            <Select
              {...control}
              value={draft.metric}
              options={METRIC_KEYS.map((key) => ({ value: key, label: metricLabel(key) }))}
              onValueChange={(metric) => setDraft({ ...draft, metric })}
            />
          )}
        </Field>
      )}
      {'caption' in draft && (
        <Field label="Caption">
          {(control) => (
            <Input
              {...control}
              autoFocus={draft.kind !== 'curves'}
              value={draft.caption}
              onChange={(event) => setDraft({ ...draft, caption: event.target.value })}
            />
          )}
        </Field>
      )}
      <div className={styles.tableButtons}>
        <Button small onClick={onCancel}>
          Cancel
        </Button>
        <Button small type="submit" variant="primary">
          Done
        </Button>
      </div>
    </form>
  );
}
