import { at } from '../../src/domain/at';
import { AppError } from '../../src/domain/errors';
import { MOST_POINTS, type Projection, type ProjectionRequest } from '../../src/domain/projection';
import type { Rows } from '../../src/domain/vectors';
import type { Database } from '../../src/storage/database';
import { stream, type Random } from '../numbers/rng';
import type { Phase } from './nearestRows';
import { principalComponents } from './pca';
import { umapLayout } from './umap';
import { readVectors, type OpenModel } from './vectors';

/** Reads a run's vectors and lays them out in the plane. Throws what `readVectors` and `umapLayout` throw, and `PROJECTION_SPACES`. */
export async function project(
  database: Database,
  request: ProjectionRequest,
  openModel: OpenModel,
  phase: Phase,
): Promise<Projection> {
  const { method, seed, entities } = request;
  const { users, items, epoch, step } = await readVectors(database, request, openModel, phase);
  if (entities === 'both' && users.columns !== items.columns) {
    throw new AppError(
      'PROJECTION_SPACES',
      `Users and items are not in the same space: their vectors have ${users.columns} and ${items.columns} columns.`,
      'Project users or items separately, or choose the final representation.',
    );
  }
  const of = { users: entities === 'items' ? 0 : users.rows, items: entities === 'users' ? 0 : items.rows };
  const sample = sampledPlaces(of.users + of.items, MOST_POINTS[method], stream(seed, 'projection/sample'));
  const ids = sample.map((place) => (place < of.users ? place : place - of.users));
  const fromUsers = sample.filter((place) => place < of.users).length;
  const { columns } = entities === 'items' ? items : users;
  const values = gathered(users, items, ids, fromUsers, columns);
  await phase(method === 'pca' ? 'principal components' : 'finding nearest neighbours', null);
  const layout =
    method === 'pca'
      ? principalComponents(values, ids.length, columns)
      : { ...(await umapLayout(values, ids.length, columns, stream(seed, 'projection/umap'), phase)), explained: null };
  return { ...layout, ids, users: fromUsers, of, columns, epoch, step };
}

/** `0 … count − 1`, or `most` of them without repetition, in ascending order. */
export function sampledPlaces(count: number, most: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: count }, (_, place) => place);
  if (count <= most) return all;
  for (let place = 0; place < most; place++) {
    const other = place + random.integer(count - place);
    [all[place], all[other]] = [at(all, other), at(all, place)];
  }
  return all.slice(0, most).sort();
}

/** `[ids, columns]`: the first `fromUsers` ids are users, the rest items. */
function gathered(users: Rows, items: Rows, ids: Int32Array, fromUsers: number, columns: number): Float32Array {
  const values = new Float32Array(ids.length * columns);
  ids.forEach((id, place) => {
    const { values: from } = place < fromUsers ? users : items;
    values.set(from.subarray(id * columns, (id + 1) * columns), place * columns);
  });
  return values;
}
