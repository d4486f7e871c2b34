import { AppError } from '../../src/domain/errors';
import type { ModelInput } from '../models/model';

/** Throws `PAIR_NOT_FOUND`. */
export function refusePair({ users, items }: Pick<ModelInput, 'users' | 'items'>, user: number, item: number): void {
  if (user >= 0 && user < users && item >= 0 && item < items) return;
  throw new AppError(
    'PAIR_NOT_FOUND',
    `The dataset has no user ${user} or no item ${item}.`,
    `Choose a user index below ${users} and an item index below ${items}.`,
  );
}
