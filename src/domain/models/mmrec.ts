/** A value of an option. */
type Value = number | boolean | string;

/** What becomes of an option in MMRec: the key it has there, or the one value that MMRec's code has built in. */
export type Counterpart = string | { readonly only: Value };

/** A line of MMRec's YAML beside those of the options. */
export type MmrecLine = readonly [key: string, value: number | string | boolean | readonly (number | string)[]];

export interface MmrecModel<C> {
  /** The name its file, its class and the command line have. */
  readonly name: string;
  /** Where its code is, when MMRec itself does not bring it. */
  readonly from?: string;
  /** By option key. Options that are not named here have no counterpart. */
  readonly options: { readonly [Key in keyof C]?: Counterpart };
  /** Keys that its code reads besides, as they follow from the configuration. */
  also?(config: C): readonly MmrecLine[];
  /** Its code fails unless there are image and text features. */
  readonly needsBoth?: boolean;
}

export const only = (value: Value): { readonly only: Value } => ({ only: value });

/** MMRec enhances no behaviour graph. */
export const PLAIN_GRAPH = { edgeEnhancer: only('none') } as const;

/** MMRec's item graphs are the model's own, and it trains feature tables in single precision. */
export const OWN_ITEM_GRAPH = {
  itemGraph: only('own'),
  trainFeatures: only(true),
  featurePrecision: only('single'),
} as const;

export const projectionSize = ({ embeddingSize }: { readonly embeddingSize: number }): MmrecLine => [
  'feat_embed_dim',
  embeddingSize,
];
