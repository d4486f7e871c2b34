import type { Config, ModelId } from '../../src/domain/models/table';

/** What a model's folder asks its tests to try, beside the golden cases; data alone. */
export interface Cases {
  /** What lets it run on the demo dataset alone: without profile files and without another model's embeddings. */
  readonly alone?: Config;
  /** Changes for a study of a few dozen users and items, so that neighbour lists are not whole rows. */
  readonly small?: Config;
  /** Changes with which the loss depends little on draws, which the benchmark's peer makes for itself. */
  readonly peer?: Config;
  readonly gradients: readonly GradientCase[];
  /** Shapes in which different parts of the memory estimate weigh most. */
  readonly memory: readonly MemoryCase[];
  /** Runs that are closed in the middle of an epoch and must end as if they had not been. */
  readonly resume: readonly Config[];
  readonly diverges?: readonly DivergesCase[];
  /** Configurations that read features without training them, and the loss term that shows it first when those are NaN. */
  readonly frozenFeatures?: readonly { readonly config: Config; readonly term?: string }[];
  readonly trace?: TraceCase;
  /** Where the paper trains with other defaults than the protocol: batch size, epochs, patience, metric. */
  readonly protocol?: Config;
  /** What MMRec's public configuration file of the model names, without grids; absent where MMRec has no such model. */
  readonly mmrecKeys?: readonly string[];
  /** Changes for a run of many steps. */
  readonly longRun?: Config;
}

export interface GradientCase {
  readonly config: Config;
  readonly stepInEpoch?: number;
  /** A pattern of the names of parameters that have no slope. */
  readonly flat?: string;
  /** Values through which no gradient may flow. */
  readonly constants?: number;
  /** How far parameters are moved to that point, by a pattern of their names, where the usual deviation leaves a term without a slope. */
  readonly deviations?: Readonly<Record<string, number>>;
  /** Seed of the point that is looked at; another one where a kink or a flipped sign of the noise lies next to it. */
  readonly seed?: number;
}

interface MemoryCase {
  readonly config: Config;
  readonly users: number;
  readonly items: number;
}

/** A parameter that becomes NaN, and the first term of the loss that reads it; where no term of a later step does, it is named itself. */
interface DivergesCase {
  readonly config: Config;
  readonly parameter: string;
  readonly term?: string;
}

/** What a model's trace holds beside splits, batches, parameters and their gradients. */
interface TraceCase {
  readonly config: Config;
  readonly graphs: readonly string[];
  readonly frozen?: readonly string[];
  readonly inputs?: readonly string[];
  readonly draws?: readonly string[];
  readonly observed?: readonly string[];
}

const FILES = import.meta.glob<Cases>('../../workers/models/*/cases.json', { eager: true, import: 'default' });

const BY_ID: ReadonlyMap<ModelId, Cases> = new Map(
  Object.entries(FILES).map(([path, cases]) => [path.split('/').at(-2) ?? '', cases]),
);

export function casesOf(id: ModelId): Cases {
  const cases = BY_ID.get(id);
  if (!cases) throw new Error(`There is no workers/models/${id}/cases.json.`);
  return cases;
}

/** Every model's cases of one kind. */
export const everyCase = <T>(of: (cases: Cases) => readonly T[] | undefined): (readonly [ModelId, T])[] =>
  [...BY_ID].flatMap(([id, cases]) => (of(cases) ?? []).map((one) => [id, one] as const));
