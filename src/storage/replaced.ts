import { AppError } from '../domain/errors';

/** What `reading` gives; `instead` where that is damaged. For what a person is about to write anew. */
export async function orInstead<T>(reading: Promise<T>, instead: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AppError && error.code === 'STORE_DAMAGED') return instead;
    throw error;
  }
}
