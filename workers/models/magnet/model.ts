/**
 * MAGNET: modality-guided mixture of graph experts with entropy-triggered routing. Two views of the user–item graph,
 * modality cues, experts with fixed modality shares, a router per pair, and a regulariser in two stages.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import { routingGroups } from '../../../src/domain/routing';
import { readFloats } from '../../engine/backends';
import { disposeParameter } from '../../engine/parameters';
import { requireFeatures } from '../layers/features';
import { defineModel, type BuildContext, type Model } from '../model';
import { newEncoder } from './encoder';
import { expertsOf } from './experts.table';
import { experts as expertHeads } from './heads';
import { magnetLoss } from './loss';
import { explainPairs, observePairs, routePairs } from './pairs';
import type { Parts } from './parts';
import { magnetRanking, rankingParts } from './ranking';
import { router as newRouter, stageMachine, type StageMachine } from './router';
import { table } from './table';
import { inducedView, inductionFindings } from './views';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  requireFeatures(input.features, table.name);
  const groups = routingGroups(input.features.map(({ key }) => key));
  const experts = expertsOf(config, groups);
  const routed = config.experts && experts.length > 1;
  const induced = config.view === 'dual' ? await inducedView(context) : null;
  const encoder = await newEncoder(context, induced);
  const heads = expertHeads(experts, groups.length, config, random);
  const route = routed ? newRouter(config, experts.length, random) : null;
  const stage = stageOf(config, input.train.users.length);
  const learned = [...encoder.parameters, ...heads.parameters];
  const parameters = [...learned, ...(route?.parameters ?? [])];
  // Equal shares have no largest ones.
  const top = config.router === 'uniform' ? experts.length : Math.min(config.topExperts, experts.length);
  const parts: Parts = { config, users: input.users, groups, experts, top, encoder, heads, route, stage, parameters };

  return {
    parameters,
    graphs: encoder.graphs,
    findings: inductionFindings(context, induced, experts, groups),
    ...encoder.epochGraphs,
    loss: (batch, step) => magnetLoss(parts, batch, step),
    represent: () => magnetRanking(parts),
    knockouts: { parts: rankingParts(parts), represent: (without) => magnetRanking(parts, without) },
    routePairs: (pairs) => routePairs(parts, pairs),
    observePairs: (pairs) => observePairs(parts, pairs),
    explainPairs: (pairs) => explainPairs(parts, pairs),
    state: async () => ({ stage: (await readFloats(stage.state())).slice() }),
    restoreState: (state) => state['stage'] && stage.restore(state['stage']),
    dispose: () => {
      encoder.dispose();
      stage.dispose();
      learned.forEach(disposeParameter);
      route?.dispose();
    },
  };
}

function stageOf(config: Settings, trainPairs: number): StageMachine {
  const stepsPerEpoch = Math.ceil(trainPairs / config.batchSize);
  return stageMachine({
    weight: config.routingWeight,
    stages: config.stages,
    stageWeights: config.stageWeights,
    threshold: config.entropyThreshold,
    window: config.coverageWindow,
    minSteps: Math.round(config.minCoverageEpochs * stepsPerEpoch),
    switchStep: config.switchStep,
  });
}

export const model = defineModel(table, build);
