import { afterEach, expect, it, vi } from 'vitest';
import { AppError } from '../../src/domain/errors';
import { browserDatabase } from '../../src/storage/database';

afterEach(() => vi.unstubAllGlobals());

it('a database of a newer version is refused in words that say to reload, and is left alone', async () => {
  const asked: unknown[] = [];
  vi.stubGlobal('indexedDB', {
    open: (...request: unknown[]) => {
      asked.push(request);
      const opening: { error?: Error; onerror?: () => void } = {};
      queueMicrotask(() => {
        opening.error = new DOMException(
          'The requested version (1) is less than the existing version (2).',
          'VersionError',
        );
        opening.onerror?.();
      });
      return opening;
    },
    deleteDatabase: () => asked.push('deleted'),
  });
  const refused = await browserDatabase()
    .runs.set('key', 1)
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AppError);
  const { code, message, hint } = refused as AppError;
  expect(code).toBe('STORE_NEWER');
  expect(message).toContain('newer version of Lodestone');
  expect(hint).toContain('Reload the page');
  expect(asked).toEqual([['lodestone', 1]]);
});
