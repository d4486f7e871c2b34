import type { ModelId } from '../../src/domain/models/table';
import { bpr } from './bpr';
import { egra } from './egra';
import { freedom } from './freedom';
import { gume } from './gume';
import { lattice } from './lattice';
import { lightgcn } from './lightgcn';
import { magnet } from './magnet';
import { mgcn } from './mgcn';
import { mllmrec } from './mllmrec';
import type { ModelKind } from './model';
import { simgr } from './simgr';
import { vbpr } from './vbpr';

const KINDS: Readonly<Record<ModelId, ModelKind>> = {
  bpr,
  lightgcn,
  vbpr,
  mgcn,
  freedom,
  lattice,
  gume,
  egra,
  mllmrec,
  magnet,
  simgr,
};

export const modelKind = (id: ModelId): ModelKind => KINDS[id];
