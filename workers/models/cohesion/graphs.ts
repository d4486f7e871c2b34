import { countBetween, type Finding } from '../../../src/domain/observations';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import type { SparseTensor } from '../../engine/kernels/csrProduct';
import { behaviourGraph, interactionMatrix } from '../../graphs/behaviour';
import { commonNeighbours } from '../../graphs/common';
import type { Csr } from '../../graphs/csr';
import { degreeSensitiveSample } from '../../graphs/pruning';
import { effectiveNeighbours, userGraph } from '../../graphs/userGraph';
import type { ConfigOf } from '../../../src/domain/models/table';
import type { BuildContext, Model, NamedGraph } from '../model';
import type { table } from './table';

const EPSILON = 1e-7;
const NAMES = ['userItem', 'userGraph'] as const;
type Name = (typeof NAMES)[number];

/** The graphs of users and items, and of users, of which some are made anew in every epoch. */
export interface EpochGraphs extends Pick<Model, 'epochGraphs' | 'useEpochGraphs' | 'state' | 'restoreState'> {
  /** Those that are the same throughout. */
  readonly frozen: readonly NamedGraph[];
  readonly finding: Finding;
  /** As it is in use now. */
  now(name: Name): SparseTensor;
  dispose(): void;
}

/** Before the first epoch its graphs are in use; a state brings back those of its epoch, from the epoch's own streams. */
export function epochGraphs({ input, config, random }: BuildContext<ConfigOf<typeof table>>): EpochGraphs {
  const { train, users, items } = input;
  const neighbours = commonNeighbours(interactionMatrix(train, users, items), config.userNeighbours, 1);
  const drawn: Readonly<Record<Name, boolean>> = {
    userItem: config.edgeDropout > 0,
    userGraph: config.userGraphPadding === 'polya',
  };
  const kept = Math.max(1, Math.floor(train.users.length * (1 - config.edgeDropout)));
  const make: Readonly<Record<Name, (epoch: number) => Csr>> = {
    userItem: (epoch) => {
      const edges = drawn.userItem
        ? degreeSensitiveSample(train, users, items, kept, random(`edges@epoch${epoch}`))
        : train;
      return behaviourGraph(edges, users, items, EPSILON);
    },
    userGraph: (epoch) => userGraph(neighbours, drawn.userGraph ? random(`userGraph@epoch${epoch}`) : null),
  };
  const meanings: Readonly<Record<Name, string>> = {
    userItem: 'sym(G) of the edges in use, users before items, degrees + 1e-7; ranks too',
    userGraph:
      'softmax over a user’s neighbours of the numbers of shared items, times how often each is listed; ranks too',
  };

  const tensors = new Map<Name, SparseTensor>();
  const use = (name: Name, matrix: Csr): void => {
    const before = tensors.get(name);
    if (before) disposeSparse(before);
    tensors.set(name, sparseTensor(matrix, name === 'userItem'));
  };
  const anew = NAMES.filter((name) => drawn[name]);
  let made: { readonly epoch: number; readonly graphs: readonly NamedGraph[] } | null = null;
  const graphsOf = (epoch: number): readonly NamedGraph[] => {
    if (made?.epoch !== epoch)
      made = {
        epoch,
        graphs: anew.map((name) => ({
          name: `${name}@epoch${epoch}`,
          meaning: meanings[name],
          matrix: make[name](epoch),
        })),
      };
    return made.graphs;
  };
  const useAll = (graphs: readonly NamedGraph[]): void => {
    for (const name of anew) {
      const graph = graphs.find((one) => one.name.startsWith(`${name}@`));
      if (graph) use(name, graph.matrix);
    }
  };

  const frozen = NAMES.filter((name) => !drawn[name]).map((name): NamedGraph => ({
    name,
    meaning: meanings[name],
    matrix: make[name](0),
  }));
  for (const name of NAMES) {
    const graph = [...frozen, ...graphsOf(0)].find((one) => one.name.split('@')[0] === name);
    if (graph) use(name, graph.matrix);
  }
  return {
    frozen,
    finding: effectiveFinding(userGraph(neighbours, null), config.userNeighbours),
    now: (name) => {
      const tensor = tensors.get(name);
      if (!tensor) throw new Error(`COHESION has no ${name}.`);
      return tensor;
    },
    ...(anew.length > 0 && {
      epochGraphs: async (epoch: number) => [...graphsOf(epoch)],
      useEpochGraphs: useAll,
      state: async () => ({ epoch: Float32Array.of(made?.epoch ?? 0) }),
      restoreState: ({ epoch }: Readonly<Record<string, Float32Array>>) => {
        if (epoch?.[0] !== undefined && epoch[0] !== made?.epoch) useAll(graphsOf(epoch[0]));
      },
    }),
    dispose: () => [...tensors.values()].forEach(disposeSparse),
  };
}

/** How many neighbours count, users without any left out. */
function effectiveFinding(graph: Csr, most: number): Finding {
  const numbers = effectiveNeighbours(graph).filter((number) => number > 0);
  const edges = Array.from({ length: Math.min(most, 20) + 1 }, (_, bin) => 1 + (bin * most) / Math.min(most, 20));
  return {
    kind: 'histogram',
    key: 'userNeighbours',
    title: 'Effective number of a user’s neighbours',
    axis: '1 / Σ weight², lists left short',
    edges,
    counts: countBetween(numbers, edges),
  };
}
