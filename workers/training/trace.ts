import { at } from '../../src/domain/at';
import type { DatasetLabels } from '../../src/domain/dataset';
import { modelTable } from '../../src/domain/models/catalogue';
import type { ModelId } from '../../src/domain/models/table';
import type { Experiment } from '../../src/domain/run';
import { encodeSafetensors, type NamedArray } from '../../src/sharing/safetensors';
import type { Trace } from '../../src/storage/weights';
import { readFloats } from '../engine/backends';
import type { Parameter } from '../engine/parameters';
import { readAll } from '../engine/rowSource';
import { termKeys, type Gradients, type LossTerms, type ObservedValues } from '../engine/step';
import type { FeatureMatrix, Model, NamedGraph } from '../models/model';
import { featureName } from '../models/model';
import type { HostBatch } from './batch';
import type { TrainingData } from './input';

interface StepRecord {
  readonly epoch: number;
  readonly learningRate: number;
  readonly host: HostBatch;
  readonly terms: LossTerms;
  readonly observed: readonly ObservedValues[];
  readonly values: Gradients['values'];
  readonly gradients: Gradients['gradients'];
  readonly parameters: readonly Parameter[];
  /** The step of the second loss that followed. */
  readonly second: SecondRecord | null;
  readonly draws: ReadonlyMap<string, Gradients['gradients'][number]>;
}

/** A step of a second loss. */
interface SecondRecord {
  readonly parameters: readonly Parameter[];
  readonly terms: LossTerms;
  readonly values: Gradients['values'];
  readonly gradients: Gradients['gradients'];
}

/** A step of its pass before an epoch. */
interface PassRecord extends SecondRecord {
  readonly epoch: number;
  readonly learningRate: number;
  readonly host: HostBatch;
  readonly draws: StepRecord['draws'];
}

/** Collects all that another implementation needs to repeat the first steps. */
export class TraceRecorder {
  readonly #steps: number;
  readonly #arrays: NamedArray[] = [];
  readonly #stepDocuments: object[] = [];
  readonly #passes: object[] = [];
  readonly #graphs: Record<string, { readonly meaning: string; readonly shape: readonly number[] }> = {};
  #frozen: readonly FeatureMatrix[] = [];

  constructor(steps: number) {
    this.#steps = steps;
  }

  wants(step: number): boolean {
    return step < this.#steps;
  }

  /** Of a pass before an epoch that is traced, as many steps. */
  wantsPass(step: number, place: number): boolean {
    return this.wants(step) && place < this.#steps;
  }

  /** Graphs, splits and initial parameters, frozen features among them; before the first step. */
  async begin(id: ModelId, data: TrainingData, model: Model): Promise<void> {
    this.graphs(model.graphs);
    const { users, items, split } = data.interactions;
    ['train', 'valid', 'test'].forEach((name, label) => {
      const rows = Array.from(split.keys()).filter((row) => split[row] === label);
      this.#add(
        `data/${name}`,
        [rows.length, 2],
        Int32Array.from(rows.flatMap((row) => [at(users, row), at(items, row)])),
      );
    });
    for (const { name, shape, read } of model.inputs ?? []) this.#add(`input/${name}`, shape, await read());
    for (const parameter of model.parameters)
      this.#add(`init/${parameter.name}`, parameter.tensor.shape, await readFloats(parameter.tensor));
    const table = modelTable(id);
    if (table.minModalities > 0 && !table.readsVectors)
      this.#frozen = data.input.features.filter(
        ({ key }) => !model.parameters.some(({ name }) => name === featureName(key)),
      );
    for (const feature of this.#frozen)
      this.#add(`init/${featureName(feature.key)}`, [feature.rows, feature.columns], await readAll(feature));
  }

  /** Graphs as they are multiplied; those of an epoch when it begins. */
  graphs(graphs: readonly NamedGraph[]): void {
    for (const { name, meaning, matrix } of graphs) {
      this.#add(`graph/${name}/rowPtr`, [matrix.pointers.length], matrix.pointers);
      this.#add(`graph/${name}/colIdx`, [matrix.indices.length], matrix.indices);
      this.#add(`graph/${name}/values`, [matrix.values.length], matrix.values);
      this.#graphs[name] = { meaning, shape: [matrix.rows, matrix.columns] };
    }
  }

  async record(
    step: number,
    { epoch, learningRate, host, terms, observed, values, gradients, parameters, second, draws }: StepRecord,
  ): Promise<void> {
    const ratio = host.negatives.length / host.users.length;
    this.#add(`step${step}/users`, [host.count], host.users.slice(0, host.count));
    this.#add(`step${step}/positives`, [host.count], host.positives.slice(0, host.count));
    this.#add(`step${step}/negatives`, [host.count * ratio], host.negatives.slice(0, host.count * ratio));
    this.#add(
      `step${step}/mask/padding`,
      [host.users.length],
      new Int32Array(host.users.length).fill(1, 0, host.count),
    );
    for (const [site, tensor] of draws) this.#add(`step${step}/mask/${site}`, tensor.shape, await readFloats(tensor));
    await this.#moved(`step${step}`, parameters, gradients);
    if (second) await this.#moved(`step${step}`, second.parameters, second.gradients);
    const numbers = await readFloats(values);
    this.#stepDocuments.push({
      epoch,
      lr: learningRate,
      ...losses(terms, numbers),
      ...(second && { second: losses(second.terms, await readFloats(second.values)) }),
      ...(observed.length > 0 && {
        observed: Object.fromEntries(
          observed
            .flatMap(({ keys }) => keys)
            .map((key, place) => [key, at(numbers, 2 * termKeys(terms).length + 1 + place)]),
        ),
      }),
    });
  }

  /** A step of a second loss's pass, the `place`-th before its epoch. */
  async recordPass(place: number, { epoch, learningRate, host, draws, ...second }: PassRecord): Promise<void> {
    const name = `pass${epoch}/step${place}`;
    this.#add(`${name}/users`, [host.count], host.users.slice(0, host.count));
    for (const [site, tensor] of draws) this.#add(`${name}/mask/${site}`, tensor.shape, await readFloats(tensor));
    await this.#moved(name, second.parameters, second.gradients);
    const numbers = await readFloats(second.values);
    this.#passes.push({ epoch, step: place, lr: learningRate, ...losses(second.terms, numbers) });
  }

  finish(experiment: Experiment, data: TrainingData, model: Model, labels: DatasetLabels | null): Trace {
    const document = {
      experiment,
      dataset: {
        name: data.dataset.name,
        fingerprint: data.dataset.fingerprint,
        users: data.input.users,
        items: data.input.items,
      },
      idMapping: { users: labels?.originalUsers ?? null, items: labels?.originalItems ?? null },
      modalities: data.input.features.map(({ key, rows, columns }) => ({ key, shape: [rows, columns] })),
      parameters: Object.fromEntries([
        ...model.parameters.map(
          (parameter) => [parameter.name, { shape: parameter.tensor.shape, meaning: parameter.meaning }] as const,
        ),
        ...this.#frozen.map(
          ({ key, rows, columns }) =>
            [
              featureName(key),
              { shape: [rows, columns], meaning: `raw features of ${key}, frozen, items × columns` },
            ] as const,
        ),
      ]),
      inputs: Object.fromEntries((model.inputs ?? []).map(({ name, meaning, shape }) => [name, { shape, meaning }])),
      graphs: this.#graphs,
      ...(this.#passes.length > 0 && { passes: this.#passes }),
      steps: this.#stepDocuments,
    };
    return { safetensors: encodeSafetensors(this.#arrays), json: JSON.stringify(document, null, 1) };
  }

  /** Each parameter has the gradient of the loss that moves it. */
  async #moved(step: string, parameters: readonly Parameter[], gradients: Gradients['gradients']): Promise<void> {
    for (const [place, parameter] of parameters.entries()) {
      const gradient = gradients[place];
      if (gradient) this.#add(`${step}/grad/${parameter.name}`, gradient.shape, await readFloats(gradient));
      this.#add(`${step}/after/${parameter.name}`, parameter.tensor.shape, await readFloats(parameter.tensor));
    }
  }

  #add(name: string, shape: readonly number[], values: Float32Array | Int32Array): void {
    this.#arrays.push({ name, shape, values });
  }
}

/** Terms before and after weighting, and their total. */
function losses(terms: LossTerms, numbers: Float32Array) {
  const keys = termKeys(terms);
  return {
    terms: Object.fromEntries(
      keys.map((key, place) => [
        key,
        { unweighted: at(numbers, keys.length + 1 + place), weighted: at(numbers, place) },
      ]),
    ),
    total: at(numbers, keys.length),
  };
}
