import { at } from '../../../src/domain/at';
import type { Finding } from '../../../src/domain/observations';
import { FAMILY_LABELS, type Expert } from '../../../src/domain/routing';
import { familiesOf } from './experts.table';
import { TOO_MANY_INDUCED, type MagnetConfig } from './table';
import type { SparseTensor } from '../../engine/kernels/csrProduct';
import { unitRows } from '../../engine/nearest';
import { readAll } from '../../engine/rowSource';
import type { Random } from '../../numbers/rng';
import { interactionMatrix, type Pairs } from '../../graphs/behaviour';
import type { Csr } from '../../graphs/csr';
import { inducedEdges, type InducedEdges } from '../../graphs/induced';
import type { BuildContext } from '../model';
import { forEachFeature } from '../layers/features';
import { itemNeighbours } from '../layers/itemGraphs';

export interface InducedView extends InducedEdges {
  /** Training and induced edges together. */
  readonly joined: Pairs;
}

/** MAGNET's second view: training edges and the induced ones. */
export async function inducedView(context: BuildContext<MagnetConfig>): Promise<InducedView> {
  const { input, config, progress } = context;
  const lists = [];
  for (const feature of input.features) lists.push(await itemNeighbours(context, feature, config.neighbours, false));
  await progress('inducing edges from content', null);
  const tables = await forEachFeature(input.features, async (feature) => ({
    values: await readAll(unitRows(feature)),
    columns: feature.columns,
  }));
  const edges = inducedEdges(
    interactionMatrix(input.train, input.users, input.items),
    lists,
    tables,
    config.inducedPerUser,
  );
  const { pairs } = edges;
  return {
    ...edges,
    joined: {
      users: Int32Array.from([...input.train.users, ...pairs.users]),
      items: Int32Array.from([...input.train.items, ...pairs.items]),
    },
  };
}

/** The same graph in every layer, for every view. */
export const viewLayers = (views: readonly SparseTensor[], layers: number): SparseTensor[][] =>
  views.map((view) => Array.from({ length: layers }, () => view));

/** `fanOut` random entries of each row, scaled so that a row's expected sum stays. */
export function sampledGraph(graph: Csr, fanOut: number, random: Random): Csr {
  const pointers = new Int32Array(graph.rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < graph.rows; row++) {
    const start = at(graph.pointers, row);
    const degree = at(graph.pointers, row + 1) - start;
    const scale = degree / Math.min(degree, fanOut);
    for (const place of chosenPlaces(degree, fanOut, random)) {
      indices.push(at(graph.indices, start + place));
      values.push(at(graph.values, start + place) * scale);
    }
    pointers[row + 1] = indices.length;
  }
  return {
    rows: graph.rows,
    columns: graph.columns,
    pointers,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

/** `count` of `0 … n − 1` without replacement, ascending (Floyd's method). */
function chosenPlaces(n: number, count: number, random: Random): number[] {
  const chosen = new Set<number>();
  for (let last = Math.max(0, n - count); last < n; last++) {
    const place = random.integer(last + 1);
    chosen.add(chosen.has(place) ? last : place);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** What the induced view adds, and the names of experts, groups and families. */
export function inductionFindings(
  { input, config }: BuildContext<MagnetConfig>,
  induced: InducedView | null,
  experts: readonly Expert[],
  groups: readonly string[],
): Finding[] {
  const real = input.train.users.length;
  const trained = new Set(input.train.users).size;
  const added = induced?.pairs.users.length ?? 0;
  const families = familiesOf(config).map((family) => FAMILY_LABELS[family]);
  return [
    ...(induced
      ? [
          {
            kind: 'numbers',
            key: 'induced',
            title: 'Induced edges',
            rows: [
              { label: 'training edges |E|', value: real },
              { label: 'induced edges |E⁺|', value: added },
              { label: '|E⁺| ÷ |E|', value: added / Math.max(1, real) },
              {
                label: 'users whose pool is smaller than r',
                value: induced.poolsBelow / Math.max(1, trained),
                unit: 'share',
              },
            ],
          } as const,
        ]
      : []),
    ...(added > TOO_MANY_INDUCED * real
      ? [
          {
            kind: 'note',
            key: 'inducedTooMany',
            title: 'Many induced edges',
            text: `There are ${(added / real).toFixed(1)} induced edges per real edge. Lower r to about twice the mean history, so that the score chooses among the candidates.`,
          } as const,
        ]
      : []),
    { kind: 'parts', key: 'routing', title: 'Experts', names: experts.map(({ name }) => name) },
    { kind: 'parts', key: 'reliance', title: 'Groups', names: groups },
    { kind: 'parts', key: 'familyMass', title: 'Families', names: families },
  ];
}
