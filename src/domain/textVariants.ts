import type { ReasoningSettings } from './reasoningSettings';

/** All that decides the texts of one start of the reasoning stage: two of them can be compared. */
export interface TextVariant extends Pick<
  ReasoningSettings,
  'prompts' | 'sampling' | 'seed' | 'answerTokens' | 'contextTokens' | 'history'
> {
  /** SHA-256 of the rest but the time, hex. */
  readonly id: string;
  /** First start, ISO 8601. */
  readonly at: string;
  readonly describe: VariantModel;
  readonly profile: VariantModel;
}

export interface VariantModel {
  readonly name: string;
  readonly digest: string | null;
}

/** The models of variants, and the time of the first start where other variants have the same models. */
export function variantLabels(variants: readonly TextVariant[], timeOf: (iso: string) => string): string[] {
  const named = variants.map(({ describe, profile }) =>
    describe.name === profile.name ? describe.name : `${describe.name}, ${profile.name}`,
  );
  return named.map((name, i) =>
    named.filter((other) => other === name).length > 1 ? `${name} (${timeOf(variants[i]?.at ?? '')})` : name,
  );
}

/** What two variants differ in, in words. */
export function variantDifferences(a: TextVariant, b: TextVariant): string[] {
  const model = (x: VariantModel): string => `${x.name}@${x.digest ?? ''}`;
  const parts: readonly (readonly [string, (variant: TextVariant) => unknown])[] = [
    ['model that describes images', ({ describe }) => model(describe)],
    ['model that writes profiles', ({ profile }) => model(profile)],
    ['prompt that describes an image', ({ prompts }) => prompts.describe],
    ['prompt that profiles a user', ({ prompts }) => prompts.profile],
    ['sampling', ({ sampling }) => sampling],
    ['seed', ({ seed }) => seed],
    ['maximum answer length', ({ answerTokens }) => answerTokens],
    ['context', ({ contextTokens }) => contextTokens],
    ['truncation of histories', ({ history }) => `${history.rule} ${history.most}`],
  ];
  return parts.filter(([, part]) => part(a) !== part(b)).map(([name]) => name);
}
