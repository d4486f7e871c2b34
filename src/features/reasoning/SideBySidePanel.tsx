import { useMemo, useState } from 'react';
import { formatDateTime } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Field, Select } from '../../ui/Field';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { useAnswer } from '../../state/useAsked';
import { fileName, saveBlob } from '../../charts/download';
import type { DatasetDocument } from '../../domain/dataset';
import { idOf } from '../../domain/entityNames';
import { faultOf, type Fault } from '../../domain/errors';
import type { ReasonedEntity } from '../../domain/reasoning';
import { variantDifferences, variantLabels, type TextVariant } from '../../domain/textVariants';
import { useReasoning } from '../../state/reasoning';
import { pairOf, pairsFile } from '../../state/reasoningQuestions';
import { useLabels } from '../../state/useLabels';
import { EntityFacts } from './EntityFacts';
import { EntityPicker, type Entity } from './EntityPicker';
import styles from './reasoning.module.css';

/** What two models, or two prompts, made of the same item or user (MLLMRec, Table 4). */
export function SideBySidePanel({ dataset }: { readonly dataset: DatasetDocument }) {
  const { survey } = useReasoning();
  const variants = survey?.variants ?? [];
  return (
    <Panel title="Two models side by side" note="first answers, before any edits">
      {variants.length < 2 ? (
        <p className={styles.help}>
          After you start this dataset with two models, prompts or options, their texts for the same item or user appear
          here side by side. Earlier answers are kept.
        </p>
      ) : (
        <Chosen key={variants.length} dataset={dataset} variants={variants} />
      )}
    </Panel>
  );
}

function Chosen({
  dataset,
  variants,
}: {
  readonly dataset: DatasetDocument;
  readonly variants: readonly TextVariant[];
}) {
  const { survey } = useReasoning();
  const [ids, setIds] = useState<readonly [string, string]>([variants.at(-2)?.id ?? '', variants.at(-1)?.id ?? '']);
  const [{ scope, index }, setEntity] = useState<Entity>({ scope: 'item', index: 0 });
  const [saveFault, setSaveFault] = useState<Fault | null>(null);
  const known = useLabels(dataset.id);
  const labels = variantLabels(variants, formatDateTime);
  const [left, right] = ids;
  const question = useMemo(() => {
    const pick = (id: string): TextVariant | undefined => variants.find((one) => one.id === id);
    const [a, b] = [pick(left), pick(right)];
    return a && b ? { datasetId: dataset.id, scope, index, variants: [a, b] as const, version: survey } : null;
  }, [dataset.id, scope, index, left, right, variants, survey]);
  const { last, fault } = useAnswer(question, pairOf);
  const pair = last?.[0].scope === scope && last[0].index === index ? last : null;
  const labelOf = (id: string): string => labels[variants.findIndex((one) => one.id === id)] ?? '';
  const options = variants.map(({ id }) => ({ value: id, label: labelOf(id) }));
  const save = (one: number | null): void => {
    if (!question) return;
    setSaveFault(null);
    const { version: _version, ...asked } = question;
    pairsFile({ ...asked, index: one }, [labelOf(left), labelOf(right)]).then(
      (blob) =>
        saveBlob(
          fileName(`${one === null ? `${scope}s` : `${scope} ${idOf(known, scope, one)}`} side by side`, 'md'),
          blob,
        ),
      (error: unknown) => setSaveFault(faultOf(error)),
    );
  };
  const differences = question ? variantDifferences(...question.variants) : [];
  return (
    <>
      <div className={styles.fields}>
        <Field label="Left">
          {(control) => (
            <Select {...control} value={left} options={options} onValueChange={(id) => setIds([id, right])} />
          )}
        </Field>
        <Field label="Right">
          {(control) => (
            <Select {...control} value={right} options={options} onValueChange={(id) => setIds([left, id])} />
          )}
        </Field>
      </div>
      <p className={styles.help}>
        {differences.length === 0 ? 'Both sides are the same.' : `They differ in: ${differences.join(', ')}.`}
      </p>
      <EntityPicker dataset={dataset} scope={scope} index={index} onPick={setEntity} />
      {fault && <FaultNotice fault={fault} />}
      {pair ? (
        <div className={styles.pair}>
          <EntityFacts entity={pair[0]} />
          {pair.map((entity, side) => (
            <Side key={side} entity={entity} label={labelOf(side === 0 ? left : right)} />
          ))}
        </div>
      ) : (
        !fault && <p>Reading …</p>
      )}
      <div className={styles.row}>
        <Button small onClick={() => save(index)}>
          Save this {scope} (text)
        </Button>
        <Button small onClick={() => save(null)}>
          Save all {scope}s (text)
        </Button>
      </div>
      {saveFault && <FaultNotice fault={saveFault} />}
    </>
  );
}

function Side({
  entity: { scope, text, model, endedEarly },
  label,
}: {
  readonly entity: ReasonedEntity;
  readonly label: string;
}) {
  const words = text === null ? 'No stored answer.' : text || 'Nothing to ask.';
  return (
    <section className={styles.column} aria-label={label}>
      <strong>{label}</strong>
      <p className={styles.text}>{words}</p>
      <p className={styles.help}>
        {[
          text && `${text.split(/\s+/).length} words`,
          model && `${scope === 'item' ? 'described' : 'profiled'} by ${model}`,
          endedEarly && 'cut off at the maximum answer length',
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </section>
  );
}
