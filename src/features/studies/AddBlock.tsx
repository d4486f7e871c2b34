import { useState } from 'react';
import { modelTable } from '../../domain/models/catalogue';
import { newId } from '../../domain/ids';
import type { BlockKind, ReportBlock, RunSource } from '../../domain/report';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Field, Select } from '../../ui/Field';
import { BLOCK_WORDS, newBlock, routingBlock } from './blocks';
import type { Material } from './pieces';
import styles from './studies.module.css';

const KINDS: readonly BlockKind[] = ['text', 'results', 'curves', 'settings', 'routing', 'appendix'];

interface AddBlockProps {
  readonly material: Pick<Material, 'studies' | 'runs'>;
  readonly onAdd: (block: ReportBlock) => void;
}

/** Adds a part at the end: words at once, all else after it is said of which runs. */
export function AddBlock({ material, onAdd }: AddBlockProps) {
  const [asked, setAsked] = useState<Exclude<BlockKind, 'text'> | null>(null);
  return (
    <div className={styles.add} role="group" aria-label="Add a part">
      {KINDS.map((kind) => (
        <Button
          key={kind}
          small
          onClick={() => (kind === 'text' ? onAdd({ id: newId(), kind, text: '' }) : setAsked(kind))}
        >
          + {BLOCK_WORDS[kind]}
        </Button>
      ))}
      {asked && (
        <SourceDialog
          kind={asked}
          material={material}
          onClose={() => setAsked(null)}
          onChoose={(block) => {
            setAsked(null);
            onAdd(block);
          }}
        />
      )}
    </div>
  );
}

interface SourceDialogProps {
  readonly kind: Exclude<BlockKind, 'text'>;
  readonly material: AddBlockProps['material'];
  readonly onChoose: (block: ReportBlock) => void;
  readonly onClose: () => void;
}

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly block: () => ReportBlock;
}

function SourceDialog({ kind, material, onChoose, onClose }: SourceDialogProps) {
  const choices = kind === 'routing' ? routings(material) : sources(kind, material);
  const [value, setValue] = useState(choices[0]?.value ?? '');
  const chosen = choices.find((choice) => choice.value === value);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={BLOCK_WORDS[kind]}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={!chosen} onClick={() => chosen && onChoose(chosen.block())}>
            Add
          </Button>
        </>
      }
    >
      {choices.length === 0 ? (
        <p>
          {kind === 'routing'
            ? 'No finished run here has a router.'
            : 'There is nothing to show yet: no study and no finished run.'}
        </p>
      ) : (
        <Field label={kind === 'routing' ? 'Run' : 'Of'}>
          {(control) => <Select {...control} value={value} options={choices} onValueChange={setValue} />}
        </Field>
      )}
    </Dialog>
  );
}

const routings = ({ runs }: AddBlockProps['material']): Choice[] =>
  runs
    .filter(({ result, experiment }) => result && modelTable(experiment.model).routing)
    .map((run) => ({
      value: run.id,
      label: `${run.name} (${run.experiment.dataset.name})`,
      block: () => routingBlock(run),
    }))
    .toReversed();

/** Every study, and all finished runs on each dataset. */
function sources(kind: Exclude<BlockKind, 'text' | 'routing'>, { studies, runs }: AddBlockProps['material']): Choice[] {
  const of = (source: RunSource) => () => newBlock(kind, source);
  const finished = runs.filter(({ result }) => result !== null);
  const names = [...new Set(finished.map(({ experiment }) => experiment.dataset.name))];
  return [
    ...studies.map(({ id, name, look, runs: own }): Choice => ({
      value: id,
      label: name,
      block: of(look === null ? { kind: 'study', id } : { kind: 'runs', ids: own.map((run) => run.id) }),
    })),
    ...names.map((name): Choice => {
      const ids = finished.filter(({ experiment }) => experiment.dataset.name === name).map(({ id }) => id);
      return {
        value: `on ${name}`,
        label: `all ${ids.length} finished runs on ${name}`,
        block: of({ kind: 'runs', ids }),
      };
    }),
  ];
}
