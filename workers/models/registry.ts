import type { ModelId } from '../../src/domain/models/table';
import { bpr } from './bpr';
import { freedom } from './freedom';
import { lightgcn } from './lightgcn';
import { mgcn } from './mgcn';
import type { ModelKind } from './model';
import { vbpr } from './vbpr';

const KINDS: Readonly<Record<ModelId, ModelKind>> = { bpr, lightgcn, vbpr, mgcn, freedom };

export const modelKind = (id: ModelId): ModelKind => KINDS[id];
