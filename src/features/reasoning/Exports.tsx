import { useState } from 'react';
import { Button } from '../../ui/Button';
import { FaultNotice } from '../../ui/Notice';
import { saveBlob } from '../../charts/download';
import type { DatasetDocument } from '../../domain/dataset';
import { faultOf, type Fault } from '../../domain/errors';
import type { ReasoningFile } from '../../domain/reasoning';
import type { ReasoningSettings } from '../../domain/reasoningSettings';
import { reasoningFile } from '../../state/reasoningQuestions';
import styles from './reasoning.module.css';

const FILES: readonly { readonly what: ReasoningFile; readonly label: string; readonly name: string }[] = [
  { what: 'itemTexts', label: 'Item texts (JSONL)', name: 'image_text.jsonl' },
  { what: 'userTexts', label: 'Profiles (JSONL)', name: 'user_preferences.jsonl' },
  { what: 'itemVectors', label: 'Item vectors (ZIP)', name: 'image_text_feat.zip' },
  { what: 'userVectors', label: 'User vectors (ZIP)', name: 'user_preferences_feat.zip' },
];
const ATTRIBUTES: typeof FILES = [
  { what: 'itemAttributes', label: 'Attributes (JSONL)', name: 'attributes.jsonl' },
  { what: 'attributeVectors', label: 'Attribute vectors (ZIP)', name: 'attribute_feats.zip' },
];
const CHOICES: typeof FILES = [
  { what: 'userChoices', label: 'Choices (JSONL)', name: 'user_pairs.jsonl' },
  { what: 'userPairs', label: 'Pairs (ZIP)', name: 'user_pairs_feat.zip' },
];

/** All texts and vectors as files; vectors with the ids of their rows. */
export function Exports({
  dataset,
  settings: { attributes, choices },
}: {
  readonly dataset: DatasetDocument;
  readonly settings: ReasoningSettings;
}) {
  const files = [...FILES, ...(attributes.on ? ATTRIBUTES : []), ...(choices.on ? CHOICES : [])];
  const [fault, setFault] = useState<Fault | null>(null);
  return (
    <>
      <div className={styles.row}>
        {files.map(({ what, label, name }) => (
          <Button
            key={what}
            small
            onClick={() => {
              setFault(null);
              reasoningFile(dataset.id, what).then(
                (blob) => saveBlob(name, blob),
                (error: unknown) => setFault(faultOf(error)),
              );
            }}
          >
            {label}
          </Button>
        ))}
      </div>
      {fault && <FaultNotice fault={fault} />}
    </>
  );
}
