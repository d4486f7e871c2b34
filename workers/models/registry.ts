import { AppError } from '../../src/domain/errors';
import type { ModelId } from '../../src/domain/models/table';
import type { ModelKind } from './model';

/** Every folder beside this file that holds a table holds its model too. */
const FOLDERS = import.meta.glob<{ readonly model: ModelKind }>('./*/model.ts', { eager: true });

const KINDS: ReadonlyMap<ModelId, ModelKind> = new Map(Object.values(FOLDERS).map(({ model }) => [model.id, model]));

/** Throws `MODEL_UNKNOWN`. */
export function modelKind(id: ModelId): ModelKind {
  const kind = KINDS.get(id);
  if (kind) return kind;
  throw new AppError(
    'MODEL_UNKNOWN',
    `This version of Lodestone has no model “${id}”.`,
    'Choose another model, or open the run with the version that wrote it.',
    { model: id },
  );
}
