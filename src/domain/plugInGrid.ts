import { entry } from './at';
import { settingMetric, type Relevant, type Setting } from './comparison';
import type { MetricKey } from './metrics';
import { completeConfig, idleBecause, modelTable } from './models/catalogue';
import type { Config } from './models/table';
import type { Spread } from './spread';

/** Options that put a component of one model into others, and their values that leave the backbone as it is. */
const PLUGS: Readonly<Record<string, string>> = { edgeEnhancer: 'none', itemGraph: 'own' };
const NAMES: Readonly<Record<string, string>> = { refined: '+GR' };
export const PLAIN = 'plain';

/** A setting in the grid: its metric, and how far it is above the plain backbone. */
export interface GridCell {
  readonly setting: Setting;
  readonly metric: Spread;
  /** Relative to the plain backbone's mean; null for the plain one and without it. */
  readonly improvement: number | null;
}

/** Backbones by enhancer (EGRA, Table IV; MLLMRec, Figure 3). */
export interface PlugInGrid {
  /** `plain` first. */
  readonly enhancers: readonly string[];
  /** One cell per enhancer, null where no setting has it. */
  readonly rows: readonly { readonly backbone: string; readonly cells: readonly (GridCell | null)[] }[];
}

/** Backbones are told apart by the options that have an effect without the component. null unless one stands beside itself with one. */
export function plugInGrid(settings: readonly Setting[], key: MetricKey, relevant: Relevant): PlugInGrid | null {
  const backbones = new Map<string, Map<string, Setting>>();
  for (const setting of settings) {
    const backbone = backboneOf(setting);
    backbones.set(backbone, (backbones.get(backbone) ?? new Map()).set(enhancerOf(setting.config), setting));
  }
  const plugged = [...backbones.values()].filter((byEnhancer) => byEnhancer.size > 1);
  if (plugged.length === 0) return null;
  const enhancers = [
    PLAIN,
    ...new Set(plugged.flatMap((byEnhancer) => [...byEnhancer.keys()].filter((name) => name !== PLAIN))),
  ];
  const names = plugged.map((byEnhancer) => nameOf(byEnhancer, plugged));
  return {
    enhancers,
    rows: plugged.map((byEnhancer, i) => {
      const plain = byEnhancer.get(PLAIN);
      const base = plain ? settingMetric(plain, key, relevant).mean : null;
      const cell = (name: string): GridCell | null => {
        const setting = byEnhancer.get(name);
        if (!setting) return null;
        const metric = settingMetric(setting, key, relevant);
        return {
          setting,
          metric,
          improvement:
            setting === plain || base === null || base === 0 || metric.mean === null ? null : metric.mean / base - 1,
        };
      };
      return { backbone: entry(names, i), cells: enhancers.map(cell) };
    }),
  };
}

/** `plain`, `+E`, `+E +GR`. */
export function enhancerOf(config: Config): string {
  const present = Object.entries(PLUGS).flatMap(([option, plain]) => {
    const value = config[option];
    return typeof value !== 'string' || value === plain ? [] : [NAMES[value] ?? value];
  });
  return present.length === 0 ? PLAIN : present.join(' ');
}

const plainConfig = ({ model, config }: Setting): Config =>
  completeConfig(model, {
    ...config,
    ...Object.fromEntries(Object.entries(PLUGS).filter(([option]) => Object.hasOwn(config, option))),
  });

/** The model, its data, and the options that have an effect without the component. */
function backboneOf(setting: Setting): string {
  const plain = plainConfig(setting);
  const effective = modelTable(setting.model).options.filter((option) => !idleBecause(setting.model, option, plain));
  return JSON.stringify([
    setting.model,
    setting.dataset.fingerprint,
    effective.map(({ key }) => [key, plain[key] ?? null]),
  ]);
}

/** The model's name; the label of its plain setting (or the first) where several backbones are of one model. */
function nameOf(byEnhancer: ReadonlyMap<string, Setting>, all: readonly ReadonlyMap<string, Setting>[]): string {
  const one = byEnhancer.get(PLAIN) ?? [...byEnhancer.values()][0];
  if (!one) return '';
  const alike = all.filter((other) => [...other.values()][0]?.model === one.model);
  return alike.length > 1 ? one.label : modelTable(one.model).name;
}
