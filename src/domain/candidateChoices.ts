/**
 * LLMRec's choices: of the best items of a finished run, a language model names the one that a user would like most and the one that it would like least,
 * from the training history.
 */

/** Candidates of a user, at most. */
export const CANDIDATES = 10;

export interface ChoiceSettings {
  /** Whether choices are asked for at all. */
  readonly on: boolean;
  /** The finished run that ranks the candidates; null while none is chosen. */
  readonly run: string | null;
  /** Whether a user's training items are no candidates. The published recipe does not leave them out. */
  readonly mask: boolean;
  readonly prompt: string;
}

export const DEFAULT_CHOICES: ChoiceSettings = {
  on: false,
  run: null,
  mask: true,
  prompt:
    'These are {{count}} items of the dataset “{{dataset}}” that one person has chosen, the oldest first:\n{{items}}\nThese are candidates, with numbers in brackets:\n{{candidates}}\nWhich candidate would this person like most, and which least? Answer with one line alone, the two numbers between double colons: ::most liked::least liked::',
};

/** The run whose best items were the candidates. */
export interface BaseRun {
  readonly id: string;
  readonly name: string;
  /** The model's name. */
  readonly model: string;
  readonly seed: number;
  /** Of the dataset that it was trained on. */
  readonly fingerprint: string;
}

/** The items that a choice names. */
export interface Choice {
  readonly preferred: number;
  readonly refused: number;
}

const NUMBERS = /(\d+)[\s\])]*::[\s[(]*(\d+)/g;

/** Places of the most and the least liked of so many candidates, from 0; null where an answer names no two of them. */
export function parseChoice(answer: string, candidates: number): Choice | null {
  const named = [...answer.matchAll(NUMBERS)]
    .map(([, most, least]) => ({ preferred: Number(most) - 1, refused: Number(least) - 1 }))
    .filter(({ preferred, refused }) => preferred !== refused)
    .filter((choice) => Object.values(choice).every((place) => place >= 0 && place < candidates));
  return named.at(-1) ?? null;
}

/** How the pairs of a derived dataset came about; part of its origin. */
export interface ChoiceProvenance {
  readonly model: string;
  readonly prompt: { readonly hash: string; readonly text: string };
  readonly run: BaseRun;
  readonly masked: boolean;
  /** Candidates of a user, at most. */
  readonly candidates: number;
  readonly counts: {
    /** Users with a pair. */
    readonly pairs: number;
    /** Users whose answers had the wrong form, however often it was asked. */
    readonly unparsed: number;
    /** Users without a training item that has a text. */
    readonly withoutHistory: number;
    /** Users with fewer than two candidates that have a text. */
    readonly withoutCandidates: number;
    /** Left out by a person. */
    readonly leftOut: number;
  };
}
