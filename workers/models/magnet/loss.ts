import * as tf from '@tensorflow/tfjs-core';
import { entry } from '../../../src/domain/at';
import { batchRoutingKey } from '../../../src/domain/routing';
import type { StepScope } from '../../engine/contract';
import { meanShares, mixture, rowEntropies } from '../../engine/kernels/mixture';
import { gatherRows, type RowIndex } from '../../engine/rows';
import { integers, matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { distinctRows, infoNceBothWays } from '../layers/contrast';
import { dropoutMask } from '../layers/dropout';
import { batchMean, squaresOf } from '../layers/losses';
import { nodeTable } from '../layers/propagation';
import type { Batch, LossTermValue } from '../model';
import type { Parts } from './parts';
import { chosenExperts } from './router';

/** An entity's vectors in a batch: `z` and its cue of each modality, `[n, d]`. */
interface Side {
  readonly z: tf.Tensor2D;
  readonly cues: readonly tf.Tensor2D[];
}

/** BPR over mixed scores, the contrast of two views, the routing's regularisers and the decay of all parameters. */
export function magnetLoss(parts: Parts, batch: Batch, step: StepScope): LossTermValue[] {
  const { config, encoder, heads } = parts;
  const ratio = batch.negativesPerPositive;
  const { perView, z } = encoder.encode(true);
  const tables = encoder.cues();
  const nodes = nodeTable(z, parts.users);
  const itemSide = (index: RowIndex): Side => ({
    z: nodes.items(index),
    cues: tables.map(({ items }) => gatherRows(items, index)),
  });
  const zUsers = nodes.users(batch.users);
  const positive = itemSide(batch.positives);
  const negative = itemSide(batch.negatives);
  const withoutOwn = config.userCue === 'leaveOneOut' ? encoder.withoutOwn(batch) : null;
  const userCues = tables.map(({ users }, m) => {
    const mean = gatherRows(users, batch.users);
    return withoutOwn ? withoutOwn(mean, entry(positive.cues, m)) : mean;
  });
  const userHeads = heads.users([zUsers, ...userCues]);
  const repeatedUsers = matrixOf(tf.squeeze(repeatRows(tf.expandDims(zUsers), ratio), [0]));
  const liked = mixedScores(parts, step, 'positive', positive, userHeads, zUsers);
  const other = mixedScores(parts, step, 'negative', negative, repeatRows(userHeads, ratio), repeatedUsers);
  const terms: LossTermValue[] = [
    { key: 'bpr', weight: 1, value: batchMean(marginLosses(liked.score, other.score, ratio), batch) },
  ];
  const [plain, enriched] = perView;
  if (plain && enriched)
    terms.push({
      key: 'contrast',
      weight: config.contrastWeight,
      value: viewContrast(plain, enriched, batch, parts.users, config.temperature),
    });
  if (liked.logits) terms.push(...routingTerms(parts, liked.logits, batch, step));
  return [...terms, { key: 'decay', weight: config.weightDecay, value: squaresOf(parts.parameters) }];
}

/** ŷ of pairs `[n]`, and the logits that routed them, `[n, E]`. */
function mixedScores(
  { heads, route, top, config, experts }: Parts,
  step: StepScope,
  site: string,
  side: Side,
  users: tf.Tensor3D,
  zu: tf.Tensor2D,
): { readonly score: tf.Tensor1D; readonly logits: tf.Tensor2D | null } {
  const rows = integers(Int32Array.from({ length: side.z.shape[0] }, (_, row) => row));
  const kept = dropoutMask(rows, experts.length * config.embeddingSize, {
    step,
    site: `dropout/${site}`,
    rate: config.dropout,
  });
  const values = heads.join(users, heads.items([side.z, ...side.cues]), kept);
  if (!route) return { score: vectorOf(tf.squeeze(values, [1])), logits: null };
  const logits = route.join(route.userPart(zu), route.itemPart(side.z));
  return { score: mixture(logits, values, chosenExperts(logits, top)), logits };
}

/** The mean over a row's ρ negatives of `softplus(ŷ_uj − ŷ_ui)`, `[B]`, of scores `[B]` and `[B·ρ]`. */
function marginLosses(liked: tf.Tensor1D, other: tf.Tensor1D, ratio: number): tf.Tensor1D {
  if (ratio === 1) return tf.softplus(tf.sub<tf.Tensor1D>(other, liked));
  const margins = tf.sub(tf.reshape(other, [-1, ratio]), tf.reshape(liked, [-1, 1]));
  return vectorOf(tf.mean(tf.softplus(margins), 1));
}

/** Coverage and confidence of the batch's positive pairs, weighted by stage. */
function routingTerms({ stage, experts }: Parts, logits: tf.Tensor2D, batch: Batch, step: StepScope): LossTermValue[] {
  const mean = meanShares(logits, batch.weights);
  const told = stage.advance(mean);
  const at = (slot: number): tf.Scalar => scalarOf(tf.reshape(tf.slice(told, slot, 1), []));
  step.observeAll(['entropy', 'counter', 'stage'], vectorOf(tf.slice(told, 2, 3)));
  step.observeAll(
    experts.map((_, expert) => batchRoutingKey(expert)),
    mean,
  );
  return [
    { key: 'coverage', weight: at(0), value: scalarOf(tf.sum(tf.square(tf.sub(mean, 1 / experts.length)))) },
    { key: 'confidence', weight: at(1), value: batchMean(rowEntropies(logits), batch) },
  ];
}

/** Each row of matrices `[s, n, d]` `times` times, neighbouring. */
function repeatRows(x: tf.Tensor3D, times: number): tf.Tensor3D {
  if (times === 1) return x;
  const [stack, rows, width] = x.shape;
  return tf.reshape(tf.tile(tf.reshape(x, [stack, rows, 1, width]), [1, 1, times, 1]), [stack, rows * times, width]);
}

/** Half of both directions of InfoNCE between the views, over the batch's distinct users and over its distinct positive items. */
function viewContrast(
  plain: tf.Tensor2D,
  enriched: tf.Tensor2D,
  batch: Batch,
  users: number,
  temperature: number,
): tf.Scalar {
  const [a, b] = [nodeTable(plain, users), nodeTable(enriched, users)];
  return scalarOf(
    tf.add(
      infoNceBothWays(a.users(batch.users), b.users(batch.users), temperature, distinctRows(batch.distinctUsers)),
      infoNceBothWays(
        a.items(batch.positives),
        b.items(batch.positives),
        temperature,
        distinctRows(batch.distinctItems),
      ),
    ),
  );
}
