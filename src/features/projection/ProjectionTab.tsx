import { memo, useCallback, useMemo, useState } from 'react';
import { Choice, Field, Select } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Columns } from '../../ui/Page';
import { completeConfig, modelTable } from '../../domain/models/catalogue';
import {
  MOST_POINTS,
  type Entities,
  type Projection,
  type ProjectedVectors,
  type ProjectionMethod,
} from '../../domain/projection';
import type { RunSummary } from '../../domain/run';
import { useAnalysisThread } from '../../state/useAnalysisThread';
import type { AskOptions } from '../../state/workerThread';
import { askEntityRouting, askTraits } from '../../state/projection';
import { useRuns } from '../../state/runs';
import { AnglePanel } from './AnglePanel';
import { besideOf, ENTITIES, METHODS, VECTORS, vectorsHelp, vectorsLabel, type Beside } from './choices';
import { colourChoices, coloursOf, type ColourBy } from './colours';
import { ProjectionPane } from './ProjectionPane';
import { useAsked } from '../../state/useAsked';
import { useProjection, type ShownProjection } from './useProjection';
import styles from './projection.module.css';

interface Entity {
  readonly user: boolean;
  readonly id: number;
}

/** A run's users and items in the plane, two pictures side by side where wanted, and the directions in which they lie. */
export const ProjectionTab = memo(function ProjectionTab({ run }: { readonly run: RunSummary }) {
  const thread = useAnalysisThread();
  const [vectors, setVectors] = useState<ProjectedVectors>('final');
  const [entities, setEntities] = useState<Entities>('items');
  const [method, setMethod] = useState<ProjectionMethod>('pca');
  const [beside, setBeside] = useState<Beside>('nothing');
  const [wantedColour, setColour] = useState<ColourBy>('interactions');
  const [focus, setFocus] = useState<Entity | null>(null);

  const { id } = run;
  const runs = useRuns((state) => state.runs);
  const others = useMemo(
    () =>
      runs.filter(
        (one) =>
          one.id !== run.id &&
          one.status !== 'queued' &&
          one.experiment.dataset.fingerprint === run.experiment.dataset.fingerprint,
      ),
    [runs, run.id, run.experiment.dataset.fingerprint],
  );
  const traits = useAsked(useCallback((options: AskOptions) => askTraits(thread, id, options), [thread, id]));
  const routed = isRouted(run);
  const choices = colourChoices(entities, traits.value, routed);
  const by = choices.find(({ value }) => value === wantedColour)?.value ?? 'interactions';
  const ofRouting = by === 'group' || by === 'family';
  const askRouting = useCallback((options: AskOptions) => askEntityRouting(thread, id, options), [thread, id]);
  const routing = useAsked(ofRouting ? askRouting : null);

  const { seed } = run.experiment;
  const wanted = besideOf(beside, id, vectors);
  const besideRun = wanted && (wanted.runId === id ? run : others.find((one) => one.id === wanted.runId));
  const first = useProjection(thread, { run, vectors }, method, entities, seed);
  const second = useProjection(
    thread,
    wanted && besideRun ? { run: besideRun, vectors: wanted.vectors } : null,
    method,
    entities,
    seed,
  );
  const known = traits.value;
  const known2 = routing.value;
  const colours = useColours(by, first.projection, known, known2);
  const besideColours = useColours(by, second.projection, known, known2);

  const pane = (
    shown: ShownProjection,
    subject: { readonly run: RunSummary; readonly vectors: ProjectedVectors },
    own: typeof colours,
  ) => (
    <ProjectionPane
      subject={subject}
      named={beside.startsWith('run:')}
      shown={shown}
      method={method}
      colours={own}
      traits={known}
      focused={placeOf(shown.projection, focus)}
      onFocus={(point) => setFocus(entityAt(shown.projection, point))}
    />
  );
  const names = namesOf(beside, run, besideRun ?? null, vectors);
  const directions = first.projection && colours && known && (
    <AnglePanel
      first={{ projection: first.projection, name: names[0] }}
      second={second.projection && { projection: second.projection, name: names[1] }}
      colours={colours}
      traits={known}
      focused={placeOf(first.projection, focus)}
      onFocus={(point) => setFocus(entityAt(first.projection, point))}
    />
  );
  if (traits.fault?.code === 'DATA_NOT_FOUND')
    return (
      <Notice tone="warning" title="The run’s dataset is no longer stored here.">
        Import it again on the Data page to see users and items in the plane.
      </Notice>
    );
  return (
    <div className={styles.column}>
      <div className={styles.controls}>
        <Choice segments label="Points" value={entities} options={ENTITIES} onValueChange={setEntities} />
        <Choice segments label="Method" value={method} options={METHODS} onValueChange={setMethod} />
        <Field label="Vectors">
          {(control) => <Select {...control} value={vectors} options={VECTORS} onValueChange={setVectors} />}
        </Field>
        <Field label="Compare with">
          {(control) => (
            <Select<Beside>
              {...control}
              className={styles.wide}
              value={beside}
              options={[
                { value: 'nothing', label: 'Nothing' },
                { value: 'other', label: vectorsLabel(vectors === 'final' ? 'initial' : 'final') },
                ...others.map((one) => ({ value: `run:${one.id}` as const, label: one.name })),
              ]}
              onValueChange={setBeside}
            />
          )}
        </Field>
        <Field label="Colour">
          {(control) => <Select {...control} value={by} options={choices} onValueChange={setColour} />}
        </Field>
      </div>
      {traits.fault && <FaultNotice fault={traits.fault} />}
      {routing.fault && <FaultNotice fault={routing.fault} />}
      {ofRouting && !routing.value && !routing.fault && (
        <p className={styles.note}>{routing.phase?.text ?? 'waiting for the analysis worker'} …</p>
      )}
      <Columns min={420}>
        {pane(first, { run, vectors }, colours)}
        {wanted && besideRun ? pane(second, { run: besideRun, vectors: wanted.vectors }, besideColours) : directions}
      </Columns>
      {wanted && besideRun && directions}
      <p className={styles.note}>
        {vectorsHelp(vectors, routed)}{' '}
        {method === 'umap'
          ? `UMAP joins each point to its 14 nearest by cosine, seed ${seed}. Of more than ${MOST_POINTS.umap.toLocaleString('en-US')} points it uses a sample of that size.`
          : 'The sign of a component makes its largest loading positive; plots of other runs may be rotated.'}
      </p>
    </div>
  );
});

/** Colours of a projection's points; the training interactions until what is wanted is known. */
function useColours(
  by: ColourBy,
  projection: Projection | null,
  traits: Parameters<typeof coloursOf>[2] | null,
  routing: Parameters<typeof coloursOf>[3],
) {
  return useMemo(
    () =>
      projection &&
      traits &&
      (coloursOf(by, projection, traits, routing) ?? coloursOf('interactions', projection, traits, null)),
    [by, projection, traits, routing],
  );
}

function isRouted({ experiment }: RunSummary): boolean {
  const { model, config } = experiment;
  return modelTable(model).routing?.active(completeConfig(model, config)) ?? false;
}

/** What the two pictures are called where their directions are drawn together. */
function namesOf(
  beside: Beside,
  run: RunSummary,
  other: RunSummary | null,
  vectors: ProjectedVectors,
): readonly [string, string] {
  if (beside === 'other') return vectors === 'final' ? ['final', 'input'] : ['input', 'final'];
  return other && other.name !== run.name ? [run.name, other.name] : ['left', 'right'];
}

/** Index of a user's or item's point; −1 where it is not drawn. */
function placeOf(projection: Projection | null, entity: Entity | null): number {
  if (!projection || !entity) return -1;
  const place = (
    entity.user ? projection.ids.subarray(0, projection.users) : projection.ids.subarray(projection.users)
  ).indexOf(entity.id);
  return place < 0 || entity.user ? place : place + projection.users;
}

function entityAt(projection: Projection | null, point: number): Entity | null {
  const id = projection?.ids[point];
  return projection && id !== undefined ? { user: point < projection.users, id } : null;
}
