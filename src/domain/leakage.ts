/** Whether user profiles know items that were held out of training. */

export interface LeakageProbe {
  /** Users with a profile, a training history and a held-out item; of many, a sample. */
  readonly users: number;
  /** Held-out items of these users. */
  readonly pairs: number;
  /** Unseen items that each is compared with. */
  readonly controls: number;
  /** Mean over users of cos(profile, held-out item) − cos(profile, its controls). */
  readonly difference: number;
  /** Standard deviation of the controls' cosines around their mean. */
  readonly controlDeviation: number;
  /** `difference` in units of `controlDeviation`. */
  readonly effect: number;
  /** 95 % of the effect, by resampling users. */
  readonly interval: readonly [number, number];
}

/** An effect that a profile of training items alone seldom reaches: a fifth of a deviation counts as small. */
export const SUSPICIOUS_EFFECT = 0.2;

export type LeakageVerdict = 'flagged' | 'unclear' | 'clear';

/** `flagged`: the whole interval is above the threshold. `clear`: all of it is below, or the effect is. */
export function leakageVerdict({ effect, interval: [low] }: Pick<LeakageProbe, 'effect' | 'interval'>): LeakageVerdict {
  if (low > SUSPICIOUS_EFFECT) return 'flagged';
  return effect > SUSPICIOUS_EFFECT ? 'unclear' : 'clear';
}

export const LEAKAGE_WORDS: Readonly<Record<LeakageVerdict, { readonly title: string; readonly text: string }>> = {
  flagged: {
    title: 'The profiles seem to leak held-out items.',
    text: 'Held-out items are closer to their users’ profiles than unseen items that are as popular and as similar to the training history. Profiles made from all interactions look like this, and results with them are not comparable with those of other models. Ask whoever made the file, or make profiles from training interactions on the Reasoning page.',
  },
  unclear: {
    title: 'The profiles may leak held-out items.',
    text: 'Held-out items are somewhat closer to their users’ profiles than comparable unseen items, but with so few users this may be chance. Ask whoever made the file which interactions it was made from.',
  },
  clear: {
    title: 'No sign that the profiles leak held-out items.',
    text: 'Held-out items are no closer to their users’ profiles than unseen items that are as popular and as similar to the training history. This is no proof: the probe cannot see a leak that does not bring the vectors closer.',
  },
};
