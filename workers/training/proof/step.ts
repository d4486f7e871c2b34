import { at, entry } from '../../../src/domain/at';
import { isModelId } from '../../../src/domain/models/catalogue';
import { readFloats } from '../../engine/backends';
import { overwrite, type Parameter } from '../../engine/parameters';
import { termGradients, termKeys, type LossTerms } from '../../engine/step';
import type { GoldenCase, GoldenDataset, GoldenStep, GoldenTaken } from '../../models/golden';
import { firstParameters, type Model, type SecondLoss } from '../../models/model';
import { modelKind } from '../../models/registry';
import { deviceBatch, type HostBatch } from '../batch';
import { contextOf, GoldenScope, graphOf, hostBatchOf } from './golden';

/** What “equal” means between two implementations, as a share of the number. */
export const AGREEMENT = 1e-4;

/** A number of ours beside the reference's, and how far they may be apart. */
export interface Compared {
  readonly what: string;
  readonly kind: 'loss' | 'gradient';
  /** The largest difference; NaN if there is one. */
  readonly difference: number;
  /** What it is a share of: the term's size, or the gradient's largest number. */
  readonly scale: number;
  readonly allowed: number;
}

/** A step's loss and gradients, and the tensors it leaves for what is done next. */
export interface TakenStep {
  readonly compared: readonly Compared[];
  readonly gradients: ReturnType<typeof termGradients>['gradients'];
  /** What the model observed, after the terms. */
  readonly observed: Float32Array;
  /** Terms of ours that the reference lacks, or the other way round. */
  readonly unmatched: readonly string[];
}

/** The model at the reference's start. Parameters that the reference does not know are named in `unknown`. */
export async function buildGolden(
  wanted: GoldenCase,
  dataset: GoldenDataset,
): Promise<{ model: Model; unknown: string[] }> {
  if (!isModelId(wanted.model)) throw new Error(`There is no model ${wanted.model}.`);
  const model = await modelKind(wanted.model).build(contextOf(wanted, dataset));
  const unknown: string[] = [];
  for (const parameter of model.parameters) {
    const initial = wanted.init[parameter.name];
    if (initial) overwrite(parameter, Float32Array.from(initial.values));
    else unknown.push(parameter.name);
  }
  for (const { name, replace } of model.inputs ?? []) {
    const drawn = wanted.inputs?.[name];
    if (drawn) replace?.(Float32Array.from(drawn.values));
  }
  return { model, unknown };
}

/** Gives parameters the reference's values, those that it names. */
export function setParameters(model: Model, values: Readonly<Record<string, readonly number[]>>): void {
  for (const parameter of model.parameters) {
    const given = values[parameter.name];
    if (given) overwrite(parameter, Float32Array.from(given));
  }
}

/** Graphs that the reference drew for an epoch, in its streams. */
export function useDrawnGraphs(model: Model, wanted: GoldenCase, epoch: number): void {
  const drawn = Object.entries(wanted.graphs).filter(([name]) => name.endsWith(`@epoch${epoch}`));
  model.useEpochGraphs?.(drawn.map(([name, graph]) => graphOf(name, graph)));
}

/** Takes a step of the reference with our model, up to the gradients, which are the caller's to dispose. */
export async function takeGoldenStep(
  model: Model,
  wanted: GoldenCase,
  dataset: GoldenDataset,
  step: GoldenStep,
  scope: GoldenScope,
): Promise<TakenStep> {
  const batch = deviceBatch(hostBatchOf(step, wanted, dataset), dataset.users, dataset.items);
  const taken = await compare(firstParameters(model), () => model.loss(batch, scope), scope, step);
  batch.dispose();
  return taken;
}

/** The same of a step of the second loss, with the parameters as they are: the one that follows a step, or one of a pass. */
export async function takeGoldenSecond(
  second: SecondLoss,
  host: HostBatch,
  dataset: GoldenDataset,
  epoch: number,
  taken: GoldenTaken,
): Promise<TakenStep> {
  const batch = deviceBatch(host, dataset.users, dataset.items);
  const scope = new GoldenScope({ ...taken, epoch, stepInEpoch: 1 }, 1);
  const made = await compare(second.parameters, () => second.loss(batch, scope), scope, taken);
  batch.dispose();
  return made;
}

/** A loss and its gradients beside the reference's. */
async function compare(
  parameters: readonly Parameter[],
  loss: () => LossTerms,
  scope: GoldenScope,
  reference: GoldenTaken,
): Promise<TakenStep> {
  const keys: string[] = [];
  const { gradients, values } = termGradients(
    parameters,
    () => {
      const all = loss();
      keys.push(...termKeys(all));
      return all;
    },
    scope.observed,
  );
  const got = await readFloats(values);
  values.dispose();
  const ofGradients = await comparedGradients(parameters, gradients, reference);
  const known = Object.keys(reference.terms);
  return {
    compared: [...comparedTerms(keys, got, reference), ...ofGradients],
    gradients,
    observed: got.slice(2 * keys.length + 1),
    unmatched: [...keys.filter((key) => !known.includes(key)), ...known.filter((key) => !keys.includes(key))],
  };
}

/** Values come as weighted terms, their total, and the terms before weighting. */
function comparedTerms(keys: readonly string[], got: Float32Array, { terms, total }: GoldenTaken): Compared[] {
  const compare = (what: string, ours: number, reference: number): Compared => {
    const scale = Math.abs(reference);
    return { what, kind: 'loss', difference: Math.abs(ours - reference), scale, allowed: AGREEMENT * scale };
  };
  return [
    ...keys.flatMap((key, place) => {
      const reference = terms[key];
      if (!reference) return [];
      return [
        compare(key, at(got, place), reference.weighted),
        compare(`${key}, unweighted`, at(got, keys.length + 1 + place), reference.unweighted),
      ];
    }),
    compare('total', at(got, keys.length), total),
  ];
}

async function comparedGradients(
  parameters: readonly Parameter[],
  gradients: TakenStep['gradients'],
  step: GoldenTaken,
): Promise<Compared[]> {
  const largest = greatest(Object.values(step.grad).flat());
  const compared: Compared[] = [];
  for (const [position, { name }] of parameters.entries()) {
    const reference = step.grad[name];
    if (!reference) continue;
    const scale = greatest(reference);
    const allowed = Math.max(
      AGREEMENT * scale,
      10 * (step.float32GradError[name] ?? 0) * scale,
      AGREEMENT * 1e-6 * largest,
    );
    const got = await readFloats(entry(gradients, position));
    compared.push({ what: `gradient of ${name}`, kind: 'gradient', difference: apart(got, reference), scale, allowed });
  }
  return compared;
}

/** Whether it is as near as it has to be. */
export const agrees = ({ difference, allowed }: Compared): boolean => difference <= allowed;

const greatest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Largest absolute difference; NaN where one is, infinite where the counts differ. */
export function apart(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Infinity;
  let result = 0;
  for (let place = 0; place < expected.length; place++) {
    const difference = Math.abs(entry(got, place) - entry(expected, place));
    if (!(difference <= result)) result = difference;
  }
  return result;
}
