import * as tf from '@tensorflow/tfjs-core';
import type { Emptied, RankingPart } from '../../../src/domain/knockouts';
import type { Expert } from '../../../src/domain/routing';
import type { Representation } from '../../engine/contract';
import { expertScores } from '../../engine/kernels/expertScores';
import { matrixOf } from '../../engine/tensors';
import { familiesOf } from './experts.table';
import type { Parts } from './parts';

/**
 * Every expert's vectors side by side with the router's parts behind them; pairs are scored by the mixture. Without an expert the
 * router chooses among the others, as if it had never been there.
 */
export function magnetRanking(
  { config, encoder, heads, route, experts, top }: Parts,
  without: RankingPart | null = null,
): Representation {
  const width = config.embeddingSize;
  const z = encoder.represent(without?.kind === 'contentGraph');
  const cues = encoder.cues(without);
  const kept = Array.from(experts.keys()).filter((expert) => !isRemoved(experts, expert, without));
  const all = kept.length === experts.length;
  const vectors = (of: tf.Tensor3D): tf.Tensor2D => heads.beside(all ? of : tf.gather(of, kept));
  const logits = (of: tf.Tensor2D): tf.Tensor2D => (all ? of : matrixOf(tf.gather(of, kept, 1)));
  const hidden = route?.hidden ?? 0;
  // A hidden layer is the same for all experts.
  const parts = (of: tf.Tensor2D): tf.Tensor2D => (hidden > 0 ? of : logits(of));
  const read = heads.users([z.users, ...cues.map(({ users: of }) => of)]);
  const users = heads.mlp ? read : tf.mul<tf.Tensor3D>(read, tf.reshape(heads.output(), [1, 1, width]));
  const items = heads.items([z.items, ...cues.map(({ items: of }) => of)]);
  // Without a mixture the one expert is chosen whatever its logit.
  const none = (of: tf.Tensor2D): tf.Tensor2D => tf.zeros([of.shape[0], 1]);
  const shape = {
    experts: kept.length,
    width,
    top: Math.min(top, kept.length),
    mlp: heads.mlp ? 1 : 0,
    hidden,
  } as const;
  return {
    users: matrixOf(tf.concat([vectors(users), route ? parts(route.userPart(z.users)) : none(z.users)], 1)),
    items: matrixOf(tf.concat([vectors(items), route ? parts(route.itemPart(z.items)) : none(z.items)], 1)),
    score: (rows, columns) => {
      const weights = hidden > 0 && route ? logits(matrixOf(route.last.weights())) : heads.output();
      const bias = hidden > 0 && route ? tf.gather(route.last.bias(), kept) : heads.output();
      return expertScores(rows, columns, heads.output(), weights, bias, shape);
    },
  };
}

const isRemoved = (experts: readonly Expert[], expert: number, without: RankingPart | null): boolean =>
  without?.kind === 'expert'
    ? without.expert === expert
    : without?.kind === 'family' && experts[expert]?.family === without.family;

/** What a ranking can do without: experts and families where there is a router, cues, users' cues, the induced view. */
export function rankingParts({ config, groups, experts, route }: Parts): RankingPart[] {
  const families = route ? familiesOf(config) : [];
  const modalities = groups.slice(1);
  return [
    ...(route ? experts.map((_, expert): RankingPart => ({ kind: 'expert', expert })) : []),
    ...(families.length > 1 ? families.map((family): RankingPart => ({ kind: 'family', family })) : []),
    ...modalities.flatMap((modality) => EMPTIED.map((as): RankingPart => ({ kind: 'cue', modality, as }))),
    ...EMPTIED.map((as): RankingPart => ({ kind: 'userCue', as })),
    ...(config.view === 'dual' ? [{ kind: 'contentGraph' } as const] : []),
  ];
}

const EMPTIED: readonly Emptied[] = ['nothing', 'mean'];
