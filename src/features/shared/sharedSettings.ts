import { settingsOf, type Setting } from '../../domain/comparison';
import { newRun, summarise, type DeviceReport, type RunSummary } from '../../domain/run';
import type { SharedStudy } from '../../domain/shared';
import type { SharedRun } from '../../domain/sharedRun';
import { asBaselines } from '../compare/baselineSettings';
import type { CurvePoint } from '../compare/curves';

/** What a study compares, as the comparison of stored runs has it. */
export interface SharedSettings {
  readonly settings: readonly Setting[];
  readonly baselines: readonly Setting[];
  /** By the run's id; the validation metrics that a link carries. */
  readonly epochs: ReadonlyMap<string, readonly CurvePoint[]>;
}

/** The settings of a study's finished runs, and its baselines; the baselines are the settings where there is nothing else. */
export function sharedSettings(study: SharedStudy): SharedSettings {
  const beside = new Set(study.baselines ?? []);
  const summaries = study.runs.map((run, place) => sharedSummary(study, run, place));
  const settings = settingsOf(summaries.filter((_run, place) => !beside.has(place)));
  const baselines = summaries.filter((_run, place) => beside.has(place));
  return {
    settings: settings.length > 0 ? settings : settingsOf(baselines),
    baselines: settings.length > 0 ? asBaselines(baselines) : [],
    epochs: new Map(study.runs.map((run, place) => [idOf(place), curvePoints(run)])),
  };
}

const idOf = (place: number): string => String(place);

/** The place in the study of a run that `sharedSettings` made. */
export const placeOf = ({ id }: Pick<RunSummary, 'id'>): number => Number(id);

/** A shared run in the form of a stored one, as far as it is known. */
function sharedSummary({ datasets }: SharedStudy, run: SharedRun, place: number): RunSummary {
  const { name = '', fingerprint = '' } = datasets[run.dataset] ?? {};
  const { model, config, seed, backend, result } = run;
  const dataset = { id: '', name, fingerprint };
  return {
    ...summarise(
      newRun(
        idOf(place),
        run.name,
        { model, config, seed, dataset, backend: backend ?? 'auto', allowSoftware: false },
        '',
      ),
    ),
    status: result ? 'finished' : 'stopped',
    device: deviceOf(run),
    result,
    epochsDone: run.epochs,
  };
}

function deviceOf({ backend, device }: SharedRun): DeviceReport | null {
  if (!backend) return null;
  const unknown = { vendor: '', architecture: '', software: false, limits: {}, features: [], versions: {} };
  return { ...unknown, backend, name: device, fallbackReason: null, selfTest: [] };
}

const curvePoints = ({ curves }: SharedRun): CurvePoint[] =>
  (curves?.epochs ?? []).map((epoch, i) => ({
    epoch,
    valid: { 'recall@20': curves?.recall[i] ?? NaN, 'ndcg@20': curves?.ndcg[i] ?? NaN },
  }));

/** Why a study has no curve of the metric that is chosen. */
export const noCurvesWords = ({ runs }: SharedStudy): string =>
  runs.some(({ curves }) => curves !== null)
    ? 'A link carries the validation curves of Recall@20 and NDCG@20 only. The study’s file (.lodestone.json) has those of all metrics.'
    : 'This was shared without curves. The study’s file (.lodestone.json) has them.';
