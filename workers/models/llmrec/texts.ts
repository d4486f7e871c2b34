import { AppError } from '../../../src/domain/errors';
import type { Finding } from '../../../src/domain/observations';
import { readAll, sideBySide, type RowSource } from '../../engine/rowSource';
import { interactionMatrix } from '../../graphs/behaviour';
import { placeOf } from '../../graphs/csr';
import { pairOf } from '../../graphs/preferredPairs';
import type { BuildContext, FeatureMatrix, ModelInput, NamedInput } from '../model';
import type { LlmrecConfig } from './table';

/** What a language model made of the training data. */
export interface Texts {
  /** Encoded profiles, `[U, d_t]`; null where there are none. */
  readonly profiles: FeatureMatrix | null;
  /** Encoded attributes, `[I, d_t]` each; none where there are none. */
  readonly attributes: readonly FeatureMatrix[];
  readonly pairs: Int32Array | null;
}

/** As the configuration has it. Throws `MODEL_NEEDS_FEATURES` where attributes have different widths. */
export function textsOf({ input, config }: BuildContext<LlmrecConfig>): Texts {
  if (config.texts === 'none') return { profiles: null, attributes: [], pairs: null };
  const attributes = input.attributes ?? [];
  const other = attributes.find(({ columns }) => columns !== attributes[0]?.columns);
  if (other)
    throw new AppError(
      'MODEL_NEEDS_FEATURES',
      `The attributes of this dataset have different widths: ${other.key} has ${other.columns} columns, not ${attributes[0]?.columns}.`,
      'Encode all attributes with the same model, and import again.',
    );
  return {
    profiles: input.userVectors,
    attributes,
    pairs: config.pairShare > 0 ? (input.preferredPairs ?? null) : null,
  };
}

/** Attributes of an item one below the other: `[I·K, d_t]`. */
export function stacked(attributes: readonly FeatureMatrix[], items: number): RowSource {
  const count = attributes.length;
  const columns = attributes[0]?.columns ?? 0;
  const wide = sideBySide(attributes, items);
  return {
    rows: items * count,
    columns,
    read: async (first, rows) => {
      const [from, to] = [Math.floor(first / count), Math.ceil((first + rows) / count)];
      const start = (first - from * count) * columns;
      return (await wide.read(from, to - from)).subarray(start, start + rows * columns);
    },
  };
}

/** All of them, for the audit trace. */
export function textInputs({ profiles, attributes, pairs }: Texts): NamedInput[] {
  const matrix = (name: string, meaning: string, source: FeatureMatrix): NamedInput => ({
    name,
    meaning,
    shape: [source.rows, source.columns],
    read: () => readAll(source),
  });
  return [
    ...(profiles ? [matrix('userVectors', 'X_P: encoded profiles', profiles)] : []),
    ...attributes.map((one, k) => matrix(`attributes/${k + 1}`, `X_${k + 1}: encoded attribute ${k + 1}`, one)),
    ...(pairs
      ? [
          {
            name: 'pairs',
            meaning: 'the items that a user prefers and refuses, −1 where there are none',
            shape: [pairs.length / 2, 2],
            read: () => Promise.resolve(Float32Array.from(pairs)),
          },
        ]
      : []),
  ];
}

/** What of the texts is missing, and what the pairs say. */
export function textFindings(
  texts: Texts,
  input: Pick<ModelInput, 'train' | 'users' | 'items' | 'textOrigin'>,
): Finding[] {
  const missing = [
    texts.profiles ? [] : ['profiles'],
    texts.attributes.length > 0 ? [] : ['attributes'],
    texts.pairs ? [] : ['pairs'],
  ].flat();
  const text =
    missing.length === 3
      ? 'Without LLM texts: there are no profiles, no attributes and no pairs.'
      : `Made without ${missing.join(' and ')} of a language model.`;
  return [
    ...(missing.length > 0 ? [{ kind: 'note', key: 'profiles', title: 'Language model’s texts', text } as const] : []),
    ...(missing.length < 3 && input.textOrigin
      ? [{ kind: 'note', key: 'textOrigin', title: 'Who made the texts', text: input.textOrigin } as const]
      : []),
    ...(texts.pairs ? [pairsFinding(texts.pairs, input)] : []),
  ];
}

function pairsFinding(
  pairs: Int32Array,
  { train, users, items }: Pick<ModelInput, 'train' | 'users' | 'items'>,
): Finding {
  const trained = interactionMatrix(train, users, items);
  const known = Array.from({ length: users }, (_, user) => {
    const pair = pairOf(pairs, user, items);
    return pair ? [{ user, ...pair }] : [];
  }).flat();
  const among = (of: 'preferred' | 'refused'): number =>
    known.filter((pair) => placeOf(trained, pair.user, pair[of]) >= 0).length / Math.max(1, known.length);
  return {
    kind: 'numbers',
    key: 'pairs',
    title: 'Pairs chosen by a language model',
    rows: [
      { label: 'users with a pair', value: known.length },
      { label: 'preferred items that are training items', value: among('preferred'), unit: 'share' },
      { label: 'refused items that are training items', value: among('refused'), unit: 'share' },
    ],
  };
}
