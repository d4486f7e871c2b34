import type { Expert } from '../../../src/domain/routing';
import type { Parameter } from '../../engine/parameters';
import type { Encoder } from './encoder';
import type { Experts } from './heads';
import type { Router, StageMachine } from './router';
import type { MagnetConfig } from './table';

/** What MAGNET is made of. */
export interface Parts {
  readonly config: MagnetConfig;
  /** U */
  readonly users: number;
  /** `{B} ∪ M` */
  readonly groups: readonly string[];
  readonly experts: readonly Expert[];
  /** Number of experts each pair is routed to. */
  readonly top: number;
  readonly encoder: Encoder;
  readonly heads: Experts;
  /** null where there is one head alone. */
  readonly route: Router | null;
  readonly stage: StageMachine;
  readonly parameters: readonly Parameter[];
}
