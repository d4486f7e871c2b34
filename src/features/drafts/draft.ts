import { changedOptions, defaultConfig, FORM_START, isModelId } from '../../domain/models/catalogue';
import type { Config, ModelId } from '../../domain/models/table';
import { recommendedFor } from '../../domain/needs';
import type { BackendChoice, Experiment } from '../../domain/run';
import { z } from '../../sharing/schemas';

type Basis = Parameters<typeof recommendedFor>[1];

/** What is filled in on the experiment form. The dataset is the page's current one. */
export interface Draft {
  readonly model: ModelId;
  /**
   * By model, so that changing the model and back loses nothing: only what differs from the defaults. Absent for a model
   * until a person changes one of its options or chooses a preset.
   */
  readonly changes: Readonly<Partial<Record<ModelId, Config>>>;
  /** As typed: one seed, or several separated by commas. */
  readonly seeds: string;
  /** null: what the Device page says. */
  readonly backend: BackendChoice | null;
}

export const EMPTY_DRAFT: Draft = { model: FORM_START, changes: {}, seeds: '999', backend: null };

/** MMRec's default seed, and the five of MAGNET's main table. */
export const SEED_OFFERS = [
  { label: '999', seeds: '999', hint: 'MMRec’s default' },
  { label: 'five seeds', seeds: '9, 672, 5368, 12784, 2025', hint: 'those of MAGNET’s main table' },
] as const;

const MOST_SEEDS = 100;

export type Seeds =
  { readonly seeds: readonly number[]; readonly problem: null } | { readonly seeds: null; readonly problem: string };

/** Reads the seeds: whole numbers from 0 to 2³² − 1, each once. */
export function parseSeeds(text: string): Seeds {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0) return { seeds: null, problem: 'Give at least one seed.' };
  if (parts.length > MOST_SEEDS) return { seeds: null, problem: `At most ${MOST_SEEDS} seeds at once.` };
  const seeds: number[] = [];
  for (const part of parts) {
    const seed = Number(part);
    if (!/^\d+$/.test(part) || seed > 0xffffffff)
      return { seeds: null, problem: `“${part}” is not a seed: a seed is a whole number from 0 to 4,294,967,295.` };
    if (seeds.includes(seed)) return { seeds: null, problem: `Seed ${seed} is given twice.` };
    seeds.push(seed);
  }
  return { seeds, problem: null };
}

/** All options of the draft's model. One that nobody has touched is as recommended for the dataset. */
export function draftConfig(draft: Draft, dataset: Basis | null = null): Config {
  const changes = draft.changes[draft.model] ?? (dataset ? recommendedFor(draft.model, dataset) : {});
  return { ...defaultConfig(draft.model), ...changes };
}

/** Whether the options are those that the form proposes, not a person's. */
export const isUntouched = (draft: Draft): boolean => draft.changes[draft.model] === undefined;

/** The draft with another configuration for its model. */
export function withConfig(draft: Draft, config: Config): Draft {
  return { ...draft, changes: { ...draft.changes, [draft.model]: changedOptions(draft.model, config) } };
}

/** The draft with these changes for its model; null forgets them, so that the form proposes again. */
export function withChanges(draft: Draft, changes: Config | null): Draft {
  const { [draft.model]: _forgotten, ...others } = draft.changes;
  return { ...draft, changes: changes === null ? others : { ...others, [draft.model]: changes } };
}

/** What fills the form in; backend null: what the Device page says. */
export type FilledIn = Pick<Experiment, 'model' | 'config' | 'seed'> & Pick<Draft, 'backend'>;

/** The form filled in as `experiment` was; what was typed for other models stays. */
export function draftLike(draft: Draft, { model, config, seed, backend }: FilledIn): Draft {
  return withConfig({ ...draft, model, seeds: String(seed), backend }, config);
}

const schema = z.object({
  model: z.string().refine(isModelId),
  changes: z.record(z.string(), z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]))),
  seeds: z.string().max(2000),
  backend: z.enum(['auto', 'webgpu', 'wasm', 'cpu']).nullable(),
});

/** A stored draft; options that a model no longer has are dropped. null when it is none. */
export function parseDraft(value: unknown): Draft | null {
  const parsed = schema.safeParse(value);
  if (!parsed.success) return null;
  const { model, seeds, backend } = parsed.data;
  const changes: Partial<Record<ModelId, Config>> = {};
  for (const [id, config] of Object.entries(parsed.data.changes)) {
    if (isModelId(id)) changes[id] = changedOptions(id, { ...defaultConfig(id), ...config });
  }
  return { model, changes, seeds, backend };
}
