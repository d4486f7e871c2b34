import * as tf from '@tensorflow/tfjs-core';
import { batchRoutingKey } from '../../../src/domain/routing';
import type { StepScope } from '../../engine/contract';
import { gatherRows, type RowIndex } from '../../engine/rows';
import { integers, matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { distinctRows, infoNceBothWays } from '../layers/contrast';
import { dropoutMask } from '../layers/dropout';
import { batchMean, squaresOf } from '../layers/losses';
import { splitNodes } from '../layers/propagation';
import type { Batch, LossTermValue } from '../model';
import type { Parts } from './parts';
import { probabilities, renormalised } from './router';

type Routed = ReturnType<typeof probabilities>;

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
  const itemSide = (index: RowIndex): Side => ({
    z: gatherRows(z.items, index),
    cues: tables.map(({ items }) => gatherRows(items, index)),
  });
  const zUsers = gatherRows(z.users, batch.users);
  const positive = itemSide(batch.positives);
  const negative = itemSide(batch.negatives);
  const userCues = tables.map(({ users }, m) => {
    const mean = gatherRows(users, batch.users);
    const own = positive.cues[m];
    return config.userCue === 'leaveOneOut' && own ? encoder.withoutOwn(mean, own, batch) : mean;
  });
  const userHeads = heads.users([zUsers, ...userCues]);
  const repeatedUsers = matrixOf(tf.squeeze(repeatRows(tf.expandDims(zUsers), ratio), [0]));
  const liked = mixture(parts, step, 'positive', positive, userHeads, zUsers);
  const other = mixture(parts, step, 'negative', negative, repeatRows(userHeads, ratio), repeatedUsers);
  const margins = tf.sub(liked.score, tf.reshape(other.score, [batch.size, ratio]));
  const terms: LossTermValue[] = [
    { key: 'bpr', weight: 1, value: batchMean(tf.mean(tf.softplus(tf.neg(margins)), 1), batch) },
  ];
  const [plain, enriched] = perView;
  if (plain && enriched)
    terms.push({
      key: 'contrast',
      weight: config.contrastWeight,
      value: viewContrast(plain, enriched, batch, parts.users, config.temperature),
    });
  if (liked.routing) terms.push(...routingTerms(parts, liked.routing, batch, step));
  return [...terms, { key: 'decay', weight: config.weightDecay, value: squaresOf(parts.parameters) }];
}

/** ŷ of pairs `[n, 1]`, and how they were routed. */
function mixture(
  { heads, route, top, config, experts }: Parts,
  step: StepScope,
  site: string,
  side: Side,
  users: tf.Tensor3D,
  zu: tf.Tensor2D,
): { readonly score: tf.Tensor2D; readonly routing: Routed | null } {
  const rows = integers(Int32Array.from({ length: side.z.shape[0] }, (_, row) => row));
  const kept = dropoutMask(rows, experts.length * config.embeddingSize, {
    step,
    site: `dropout/${site}`,
    rate: config.dropout,
  });
  const values = heads.join(users, heads.items([side.z, ...side.cues]), kept);
  if (!route) return { score: matrixOf(values), routing: null };
  const routing = probabilities(route.join(route.userPart(zu), route.itemPart(side.z)));
  return { score: matrixOf(tf.sum(tf.mul(values, renormalised(routing.pi, top)), 1, true)), routing };
}

/** Coverage and confidence of the batch's positive pairs, weighted by stage. */
function routingTerms(
  { stage, experts }: Parts,
  { pi, logPi }: Routed,
  batch: Batch,
  step: StepScope,
): LossTermValue[] {
  const mean = vectorOf(tf.squeeze(tf.matMul(matrixOf(tf.reshape(batch.weights, [1, -1])), pi), [0]));
  const told = stage.advance(mean);
  const at = (slot: number): tf.Scalar => scalarOf(tf.reshape(tf.slice(told, slot, 1), []));
  step.observeAll(['entropy', 'counter', 'stage'], vectorOf(tf.slice(told, 2, 3)));
  step.observeAll(
    experts.map((_, expert) => batchRoutingKey(expert)),
    mean,
  );
  return [
    { key: 'coverage', weight: at(0), value: scalarOf(tf.sum(tf.square(tf.sub(mean, 1 / experts.length)))) },
    { key: 'confidence', weight: at(1), value: batchMean(tf.neg(tf.sum(tf.mul(pi, logPi), 1)), batch) },
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
  const [a, b] = [splitNodes(plain, users), splitNodes(enriched, users)];
  return scalarOf(
    tf.add(
      infoNceBothWays(
        gatherRows(a.users, batch.users),
        gatherRows(b.users, batch.users),
        temperature,
        distinctRows(batch.distinctUsers),
      ),
      infoNceBothWays(
        gatherRows(a.items, batch.positives),
        gatherRows(b.items, batch.positives),
        temperature,
        distinctRows(batch.distinctItems),
      ),
    ),
  );
}
