import * as tf from '@tensorflow/tfjs-core';
import { countBetween, type Finding } from '../../../src/domain/observations';
import { readFloats } from '../../engine/backends';
import { unitRows } from '../../engine/nearest';
import { noteBuffer } from '../../engine/ledger';
import { SIMILARITY_BYTES, tiles } from '../../engine/tiles';
import { disposeTensors, integers } from '../../engine/tensors';
import { uploadRows } from '../../engine/upload';
import { interactionMatrix, type Pairs } from '../../graphs/behaviour';
import { csrFromEntries } from '../../graphs/csr';
import { pseudoFeedback, type PseudoFeedback } from '../../graphs/pseudoFeedback';
import { FIXED_THRESHOLD, signsOf, signThresholds } from '../../graphs/signs';
import { forEachFeature } from '../layers/features';
import { pairsOfSign } from '../layers/signs';
import type { BuildContext } from '../model';
import type { SimgrConfig } from './table';

/** Training pairs by sign, and the pseudo edges beside them. */
export interface SignedPairs {
  /** δ `[U]`; null without ratings. */
  readonly thresholds: Float64Array | null;
  /** By training pair: 1 liked, 0 not. */
  readonly signs: Uint8Array;
  readonly pseudo: PseudoFeedback;
  /** Real and pseudo edges. */
  readonly positive: Pairs;
  readonly negative: Pairs;
}

const NONE: Pairs = { users: new Int32Array(0), items: new Int32Array(0) };

/** Signs of the training pairs by threshold, and with APFI the pseudo edges. Without ratings everything is liked. */
export async function signedPairs(context: BuildContext<SimgrConfig>): Promise<SignedPairs> {
  const {
    config,
    input: { train, ratings, users },
  } = context;
  const thresholds =
    ratings &&
    (config.personalThreshold
      ? signThresholds(train, ratings, users, config.thresholdMix)
      : new Float64Array(users).fill(FIXED_THRESHOLD));
  const signs =
    ratings && thresholds ? signsOf(train, ratings, thresholds) : new Uint8Array(train.users.length).fill(1);
  const wanted = config.signed && config.pseudoFeedback;
  const pseudo = wanted ? await findPseudoFeedback(context, signs) : { positive: NONE, negative: NONE };
  return {
    thresholds,
    signs,
    pseudo,
    positive: joined(pairsOfSign(train, signs, 1), pseudo.positive),
    negative: joined(pairsOfSign(train, signs, 0), pseudo.negative),
  };
}

const joined = (a: Pairs, b: Pairs): Pairs => ({
  users: Int32Array.from([...a.users, ...b.users]),
  items: Int32Array.from([...a.items, ...b.items]),
});

/** `S^f = ⊙_m max(0, cos_m)` in blocks of rows on the device, and the pseudo edges it gives. */
async function findPseudoFeedback(
  { input, config, progress }: BuildContext<SimgrConfig>,
  signs: Uint8Array,
): Promise<PseudoFeedback> {
  const { train, users, items, features } = input;
  const tables = await forEachFeature(features, (feature) => uploadRows(unitRows(feature)));
  const similarities = async (wanted: Int32Array): Promise<Float32Array> => {
    const product = tf.tidy(() => {
      const rows = integers(wanted);
      return tables
        .map((table) => {
          const block = noted(tf.gather(table, rows));
          return noted(tf.relu(noted(tf.matMul(block, table, false, true))));
        })
        .reduce((all, one) => noted(tf.mul(all, one)));
    });
    const values = await readFloats(product);
    product.dispose();
    return values;
  };
  try {
    return await pseudoFeedback(
      interactionMatrix(train, users, items),
      csrFromEntries(users, items, train.users, train.items, Float32Array.from(signs)),
      similarities,
      {
        tailShare: config.tailShare,
        perUser: config.pseudoPerUser,
        positiveCut: config.positiveCut,
        negativeCut: config.negativeCut,
        likedRowsOnly: config.pseudoRows === 'positive',
        perItemCap: config.perItemCap,
      },
      tiles().similarity(items),
      (fraction) => progress('finding pseudo feedback', fraction),
    );
  } finally {
    disposeTensors(tables);
  }
}

/** Of a block of rows, as many as `tiles` says: never more than that is held. */
function noted(block: tf.Tensor): tf.Tensor {
  noteBuffer(block, { cut: true, mostBytes: SIMILARITY_BYTES });
  return block;
}

const BINS = 24;

/** What thresholds and pseudo feedback did, before the first step. */
export function signFindings(
  { input }: Pick<BuildContext, 'input'>,
  { thresholds, signs, pseudo, positive, negative }: SignedPairs,
): Finding[] {
  const disliked = signs.reduce((sum, sign) => sum + (1 - sign), 0);
  const trainedUsers = new Set(input.train.users).size;
  const without = (negativeUsers: Iterable<number>): number =>
    1 - new Set(negativeUsers).size / Math.max(1, trainedUsers);
  const findings: Finding[] = [];
  if (!thresholds) {
    findings.push({
      kind: 'note',
      key: 'ratings',
      title: 'No ratings',
      text: 'This dataset has no ratings: every interaction counts as liked, and the signed encoders see a second positive graph.',
    });
  } else {
    const known = Array.from(thresholds).filter(Number.isFinite);
    const low = Math.min(...known);
    const high = Math.max(...known, low + 1e-6);
    const edges = Array.from({ length: BINS + 1 }, (_, bin) => low + ((high - low) * bin) / BINS);
    findings.push({
      kind: 'histogram',
      key: 'thresholds',
      title: 'Sign thresholds δ_u',
      axis: 'rating',
      edges,
      counts: countBetween(known, edges),
    });
  }
  findings.push({
    kind: 'numbers',
    key: 'signs',
    title: 'Edges by sign',
    rows: [
      { label: 'liked, before pseudo feedback', value: signs.length - disliked },
      { label: 'disliked, before pseudo feedback', value: disliked },
      { label: 'disliked share of the interactions', value: disliked / Math.max(1, signs.length), unit: 'share' },
      { label: 'positive pseudo edges', value: pseudo.positive.users.length },
      { label: 'negative pseudo edges', value: pseudo.negative.users.length },
      { label: 'positive edges, after pseudo feedback', value: positive.users.length },
      { label: 'negative edges, after pseudo feedback', value: negative.users.length },
      {
        label: 'positive pseudo edges on the ten items with most',
        value: concentration(pseudo.positive),
        unit: 'share',
      },
      {
        label: 'negative pseudo edges on the ten items with most',
        value: concentration(pseudo.negative),
        unit: 'share',
      },
      {
        label: 'users without a negative edge, before pseudo feedback',
        value: without(input.train.users.filter((_, row) => signs[row] === 0)),
        unit: 'share',
      },
      { label: 'users without a negative edge, after it', value: without(negative.users), unit: 'share' },
    ],
  });
  return findings;
}

function concentration({ items }: Pairs): number {
  const counts = new Map<number, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  const most = [...counts.values()].sort((a, b) => b - a).slice(0, 10);
  return most.reduce((sum, count) => sum + count, 0) / Math.max(1, items.length);
}
