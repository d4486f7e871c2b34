import { useEffect, useRef, useState, type ComponentProps } from 'react';
import { pickedFiles } from '../../ui/droppedFiles';
import { formatBytes, formatCount, formatPercent } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Choice, Field, Select } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { HUB_ENCODER, type EncoderChoice, type EncoderDevice } from '../../domain/encoder';
import type { ReasoningSettings } from '../../domain/reasoningSettings';
import { useEncoders } from '../../state/encoders';
import { useReasoning } from '../../state/reasoning';
import { DraftInput } from './DraftInput';
import styles from './reasoning.module.css';

type InPage = Extract<EncoderChoice, { kind: 'page' }>;

const DEVICES: readonly { readonly value: EncoderDevice; readonly label: string }[] = [
  { value: 'auto', label: 'The GPU, if there is one' },
  { value: 'webgpu', label: 'The GPU' },
  { value: 'wasm', label: 'The CPU' },
];

/** Who turns texts into vectors: the server, or the page itself with an encoder whose files lie in this browser. */
export function EncoderPart({ settings }: { readonly settings: ReasoningSettings }) {
  const { change } = useReasoning();
  const { encoders, unreadable, phase, fault, load, remove } = useEncoders();
  useEffect(() => void load(), [load]);
  const { encoder } = settings;
  const first = encoders?.[0];
  return (
    <>
      <Choice
        label="Encode with"
        value={encoder.kind}
        options={[
          { value: 'server', label: 'The model server' },
          { value: 'page', label: 'This page' },
        ]}
        segments
        onValueChange={(kind) =>
          change({
            ...settings,
            encoder:
              kind === 'server' ? { kind } : { kind, id: first?.id ?? null, name: first?.name ?? '', device: 'auto' },
          })
        }
      />
      {encoder.kind === 'page' && (
        <PageEncoder encoder={encoder} onEncoder={(next) => change({ ...settings, encoder: next })} />
      )}
      <p role="status" className={styles.help}>
        {phase && `The encoder: ${phase.text}${phase.fraction === null ? ' …' : `, ${formatPercent(phase.fraction)}`}`}
      </p>
      {unreadable.map((id) => (
        <Notice
          key={id}
          tone="warning"
          title={`The description of the stored encoder ${id.slice(0, 8)} is damaged.`}
          actions={<Button onClick={() => void remove(id)}>Delete this encoder</Button>}
        >
          It cannot be used. Delete it, then choose its folder again; vectors that it made stay.
        </Notice>
      ))}
      {fault && <FaultNotice fault={fault} />}
    </>
  );
}

function PageEncoder({
  encoder,
  onEncoder,
}: {
  readonly encoder: InPage;
  readonly onEncoder: (encoder: InPage) => void;
}) {
  const { encoders, phase, take, remove } = useEncoders();
  const { status } = useReasoning();
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const busy = phase !== null || status.name === 'running' || status.name === 'pausing';
  const stored = encoders ?? [];
  const chosen = stored.find(({ id }) => id === encoder.id);
  const absent = encoders !== null && !chosen;
  const pick = (input: HTMLInputElement): void => {
    const picked = pickedFiles(input.files);
    if (picked.length > 0) void take(picked);
    // Picking the same files again must be an event too.
    input.value = '';
  };
  return (
    <>
      {stored.length > 0 && (
        <div className={styles.grid}>
          <Field
            label="Encoder in this browser"
            help={
              chosen &&
              `${formatCount(chosen.width)} dimensions, ${formatCount(chosen.longest)} tokens per text at most, ${formatBytes(chosen.bytes)}`
            }
            error={absent ? 'No encoder is chosen, or it is no longer stored.' : null}
          >
            {(control) => (
              <Select
                {...control}
                value={absent ? '' : (encoder.id ?? '')}
                options={[
                  ...(absent ? [{ value: '', label: '–', disabled: true }] : []),
                  ...stored.map((one) => ({ value: one.id, label: `${one.name} · ${one.id.slice(0, 8)}` })),
                ]}
                onValueChange={(id) =>
                  onEncoder({ ...encoder, id, name: stored.find((one) => one.id === id)?.name ?? '' })
                }
              />
            )}
          </Field>
          <Field label="Run on" help="The vectors are the same except for rounding.">
            {(control) => (
              <Select
                {...control}
                value={encoder.device}
                options={DEVICES}
                onValueChange={(device) => onEncoder({ ...encoder, device })}
              />
            )}
          </Field>
        </div>
      )}
      <p className={styles.help}>
        The folder of a sentence encoder with <code>config.json</code>, <code>tokenizer.json</code>,{' '}
        <code>tokenizer_config.json</code> and <code>onnx/model.onnx</code>, as <code>{HUB_ENCODER}</code> has them on
        Hugging Face. Drop it on this page; it stays in this browser and is sent nowhere.
      </p>
      <div className={styles.row}>
        <Button onClick={() => folder.current?.click()} disabled={busy}>
          Choose the encoder’s folder
        </Button>
        <Button onClick={() => files.current?.click()} disabled={busy}>
          Choose its files
        </Button>
        {chosen && (
          <Button variant="quiet" onClick={() => void remove(chosen.id)} disabled={busy}>
            Delete this encoder
          </Button>
        )}
      </div>
      {import.meta.env.LODESTONE_HUB === true && <FromHub busy={busy} />}
      <input
        ref={folder}
        type="file"
        hidden
        tabIndex={-1}
        aria-label="Folder of an encoder"
        {...FOLDER}
        onChange={(event) => pick(event.target)}
      />
      <input
        ref={files}
        type="file"
        hidden
        tabIndex={-1}
        aria-label="Files of an encoder"
        multiple
        onChange={(event) => pick(event.target)}
      />
    </>
  );
}

/** Only in builds whose content policy lets the page ask the hub. */
function FromHub({ busy }: { readonly busy: boolean }) {
  const { take } = useEncoders();
  const [model, setModel] = useState(HUB_ENCODER);
  return (
    <div className={styles.row}>
      <DraftInput
        label="Encoder on Hugging Face"
        help="Its files are downloaded once and kept."
        value={model}
        problem={(text) =>
          /^[\w.-]+\/[\w.-]+$/.test(text) ? null : 'Write the owner and the model, separated by a slash.'
        }
        onValue={setModel}
      />
      <Button onClick={() => void take({ hub: model })} disabled={busy}>
        Download
      </Button>
    </div>
  );
}

// React's types leave out this attribute.
const FOLDER: ComponentProps<'input'> & { webkitdirectory: string } = { webkitdirectory: '' };
