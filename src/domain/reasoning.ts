import {
  type ServerKind,
  type ServerAddress,
  type ReasoningModels,
  type ReasoningPrompts,
  type ReasoningSettings,
} from './reasoningSettings';
import { DEFAULT_ATTRIBUTES, type AttributeField, type AttributeProvenance } from './itemAttributes';
import { DEFAULT_CHOICES, type ChoiceProvenance } from './candidateChoices';
import type { Fault } from './errors';
import type { TextVariant } from './textVariants';

/** What a key belongs to. */
export const originOf = ({ url }: ServerAddress): string => URL.parse(url)?.origin ?? url;

export const SERVER_DEFAULTS: Readonly<Record<ServerKind, { readonly url: string; readonly models: ReasoningModels }>> =
  {
    ollama: {
      url: 'http://localhost:11434',
      models: { describe: 'gemma3:27b', profile: 'gemma3:27b', encode: 'all-minilm' },
    },
    openai: { url: 'http://localhost:8000', models: { describe: '', profile: '', encode: '' } },
  };

export const DEFAULT_PROMPTS: ReasoningPrompts = {
  describe:
    'The picture shows an item of the dataset “{{dataset}}”. Its title, where known: {{title}}\nWrite one paragraph of at most 100 words on what in the picture matters to somebody who thinks of buying it: colours, material, shape, style, function and for whom it is made. Say only what can be seen. Answer with the paragraph alone.',
  profile:
    'These are {{count}} items of the dataset “{{dataset}}” that one person has chosen, the oldest first:\n{{items}}\nWrite one paragraph of at most 100 words on what this person prefers: kinds of items, materials, colours, styles, functions and brands that return, and what that says of the person’s needs. Do not list the items. Answer with the paragraph alone.',
};

export const DEFAULT_SETTINGS: ReasoningSettings = {
  server: { kind: 'ollama', url: SERVER_DEFAULTS.ollama.url },
  models: SERVER_DEFAULTS.ollama.models,
  encoder: { kind: 'server' },
  prompts: DEFAULT_PROMPTS,
  sampling: 'greedy',
  seed: 999,
  answerTokens: 300,
  contextTokens: 8192,
  history: { rule: 'recent', most: 50 },
  concurrency: 2,
  attributes: DEFAULT_ATTRIBUTES,
  choices: DEFAULT_CHOICES,
};

/** What a person decided about one answer: its own text, none at all, or another try under another seed. */
export type Override =
  | { readonly kind: 'edited'; readonly text: string }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'again'; readonly attempt: number };

export interface Overrides {
  /** Descriptions by item, profiles by user. */
  readonly items: Readonly<Record<number, Override>>;
  readonly users: Readonly<Record<number, Override>>;
  /** Attributes by item, choices by user; nobody writes these by hand. */
  readonly attributes?: Readonly<Record<number, Override>>;
  readonly choices?: Readonly<Record<number, Override>>;
}

/** What is kept of the stage for one dataset. Answers lie beside it, under their keys. */
export interface ReasoningJob {
  readonly version: 1;
  readonly datasetId: string;
  readonly settings: ReasoningSettings;
  readonly overrides: Overrides;
}

export const newJob = (datasetId: string): ReasoningJob => ({
  version: 1,
  datasetId,
  settings: DEFAULT_SETTINGS,
  overrides: { items: {}, users: {} },
});

export const STAGES = [
  'describe',
  'attributes',
  'profile',
  'choose',
  'encodeItems',
  'encodeUsers',
  'encodeAttributes',
] as const;
export type Stage = (typeof STAGES)[number];

/** The stages that the settings ask for, in order. */
export const stagesOf = ({ attributes, choices }: Pick<ReasoningSettings, 'attributes' | 'choices'>): Stage[] =>
  STAGES.filter((stage) => {
    if (stage === 'attributes' || stage === 'encodeAttributes') return attributes.on;
    return stage !== 'choose' || choices.on;
  });

/** What items or users a stage is about. */
export const scopeOf = (stage: Stage): 'item' | 'user' =>
  stage === 'profile' || stage === 'choose' || stage === 'encodeUsers' ? 'user' : 'item';

/** Where a person's decision on a stage's answer is kept; null for vectors. */
export function overridesOf(stage: Stage): keyof Overrides | null {
  if (stage === 'describe') return 'items';
  if (stage === 'profile') return 'users';
  if (stage === 'choose') return 'choices';
  return stage === 'attributes' ? 'attributes' : null;
}

export interface StageState {
  readonly stage: Stage;
  /** Different answers the stage needs; null while an earlier stage is not finished, on which they depend. */
  readonly total: number | null;
  /** How many of these are stored. */
  readonly done: number;
  /** How many of the stored ones were there at this start. */
  readonly found: number;
  /** Items or users that need no answer: without an image, without a history, edited. */
  readonly without: number;
  /** Refused for good in this start. */
  readonly failed: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** Answers per second in this start; null until known. */
  readonly perSecond: number | null;
  readonly etaSeconds: number | null;
}

/** An answer that did not come, and why. */
export interface ReasoningFailure {
  readonly stage: Stage;
  /** First item or user that needs it. */
  readonly entity: number;
  readonly fault: Fault;
}

export type JobStatus =
  | { readonly name: 'idle' }
  | { readonly name: 'running' }
  /** Waits for the calls that are under way. */
  | { readonly name: 'pausing' }
  /** Another tab works on a dataset's texts. */
  | { readonly name: 'waiting' }
  | { readonly name: 'paused' }
  /** A stage ended with failures, or nothing more can be had. */
  | { readonly name: 'stopped'; readonly fault: Fault }
  | { readonly name: 'finished' };

/** Texts that a person brings along: paragraphs on pictures, whole item texts (in the place of text and paragraph), profiles. */
export const IMPORT_STEPS = ['descriptions', 'documents', 'profiles'] as const;
export type ImportStep = (typeof IMPORT_STEPS)[number];

/** What one import of such texts has found. */
export interface FoundTexts {
  readonly texts: number;
  /** Lines whose id is no item or user of the dataset. */
  readonly strangers: number;
  /** Lines without a text. */
  readonly empty: number;
}

/** What is there to reason about. */
export interface InputCounts {
  readonly items: number;
  readonly texts: number;
  readonly images: number;
  /** Items with neither: their vectors are zero. */
  readonly neither: number;
  /** Texts and images whose name is no item of the dataset. */
  readonly strangers: number;
  /** Texts that were brought along, with the file they came from last; null where there are none. */
  readonly imported: Readonly<Record<ImportStep, { readonly texts: number; readonly file: string } | null>>;
  readonly users: number;
  /** Users without a training interaction: their vectors are zero. */
  readonly withoutHistory: number;
}

/** Where the vectors of a derived dataset come from; part of its document. */
export interface ReasoningProvenance {
  readonly from: { readonly id: string; readonly name: string; readonly fingerprint: string };
  readonly server: ServerKind;
  readonly models: ReasoningModels;
  /** Digests of the models' weights; absent if the server gives none. */
  readonly digests?: Readonly<Record<keyof ReasoningModels, string | null>> | undefined;
  /** The encoder that ran in the page, by the hash of its files; absent where the server encoded. */
  readonly encoder?: { readonly name: string; readonly id: string } | undefined;
  readonly prompts: Readonly<Record<keyof ReasoningPrompts, { readonly hash: string; readonly text: string }>>;
  readonly sampling: ReasoningSettings['sampling'];
  readonly seed: number;
  readonly answerTokens: number;
  readonly contextTokens: number;
  /** Profiles that were made here never read anything else. */
  readonly interactions: 'training';
  readonly history: ReasoningSettings['history'];
  readonly counts: {
    readonly describedItems: number;
    readonly itemsWithoutImage: number;
    readonly itemsWithoutText: number;
    /** Zero vectors. */
    readonly emptyItems: number;
    readonly profiledUsers: number;
    readonly emptyUsers: number;
    /** Users whose history did not fit the context. */
    readonly cutHistories: number;
    /** Written or left out by a person. */
    readonly editedTexts: number;
    /** Texts that no model was asked for, since a file gave them; absent where there are none. */
    readonly imported?: Readonly<Record<ImportStep, number>> | undefined;
  };
  /** Absent where they were not asked for. */
  readonly attributes?: AttributeProvenance | undefined;
  readonly choices?: ChoiceProvenance | undefined;
}

/** What a server is tested for; an encoder is null where the page encodes. */
export type TestedModels = Omit<ReasoningModels, 'encode'> & { readonly encode: string | null };

/** One line of the server's test. */
export interface ServerCheck {
  readonly what: string;
  readonly ok: boolean;
  readonly words: string;
  /** What to do; null where nothing is wrong. */
  readonly hint: string | null;
}

export interface ServerTest {
  readonly checks: readonly ServerCheck[];
  /** What the server offers, for the fields' suggestions. */
  readonly models: readonly string[];
}

/** Who wrote a text: a model, a person here, a file. `none`: there is nothing to ask. */
export type TextOrigin = 'model' | 'own' | 'imported' | 'none';

/** What a person looks at: one item or user with all that is known of it. */
export interface ReasonedEntity {
  readonly scope: 'item' | 'user';
  readonly index: number;
  /** The id that came in. */
  readonly id: string;
  /** The same with the name. */
  readonly name: string;
  /** Item: its text. User: empty. */
  readonly given: string;
  /** Item: its picture as a data address. */
  readonly picture: string | null;
  /** The paragraph on the picture, or the profile; null while it is missing. */
  readonly text: string | null;
  readonly origin: TextOrigin;
  readonly model: string | null;
  /** Whether the answer ended at its longest. */
  readonly endedEarly: boolean;
  /** User: the training items, the oldest first, and whether they are in the prompt. */
  readonly history: readonly { readonly item: number; readonly name: string; readonly read: boolean }[];
  readonly override: Override | null;
  /** Whether a file gave a text, which stands where no override does. */
  readonly inFile: boolean;
  /** Item: its attributes; null where they are not asked for. */
  readonly attributes: {
    readonly state: AnswerState;
    readonly fields: readonly (AttributeField & { readonly text: string })[];
  } | null;
  /** User: the candidates, best first; null where no choice is asked for, or while they are not known. */
  readonly choice: {
    readonly state: AnswerState;
    readonly candidates: readonly {
      readonly item: number;
      readonly name: string;
      readonly mark: 'preferred' | 'refused' | null;
    }[];
  } | null;
}

/**
 * How an answer that must have a form stands: `none` there is nothing to ask; `skipped` a person left it out; `pending` it is to be asked; `parsed` it
 * has the form; `unparsed` it has not, however often it was asked.
 */
export type AnswerState = 'none' | 'skipped' | 'pending' | 'parsed' | 'unparsed';

/** How a dataset stands: what is stored of each stage, and what there is to reason about. */
export interface ReasoningSurvey {
  readonly stages: readonly StageState[];
  readonly counts: InputCounts;
  /** This dataset's variants, oldest first. */
  readonly variants: readonly TextVariant[];
  /** The matrices that attributes would make, in order. */
  readonly fields: readonly AttributeField[];
}

/** What one import of texts and pictures has found. */
export interface FoundInputs {
  readonly texts: number;
  readonly pictures: number;
  /** Texts and pictures that belong to no item. */
  readonly strangers: number;
  /** Files that are neither. */
  readonly leftOut: readonly string[];
}

export type ReasoningFile =
  | 'itemTexts'
  | 'userTexts'
  | 'itemVectors'
  | 'userVectors'
  | 'itemAttributes'
  | 'attributeVectors'
  | 'userChoices'
  | 'userPairs';
