import { modalitiesOf, type DatasetDocument } from './dataset';
import type { MetricKey } from './metrics';
import { completeConfig, MODEL_IDS, modelTable } from './models/catalogue';
import type { Config, ModelId, ModelTable } from './models/table';
import { configLacks, lacking, recommendedFor } from './needs';
import { printedOnly } from './printedOnly';
import { DRAWN_TABLES, PUBLISHED_TABLES, type PublishedTable, type Reproduced } from './publishedTables';
import type { Experiment, RunGroup } from './run';
import { trialConfigs } from './search';

/** A table of a paper over all of its datasets. */
export interface PaperTable {
  /** Part of an address: `egra-ii`. */
  readonly id: string;
  readonly paper: PublishedTable['paper'];
  readonly table: string;
  readonly about: PublishedTable['about'];
  /** One for each dataset, in the paper's order. */
  readonly parts: readonly PublishedTable[];
}

const idOf = ({ paper, table }: Pick<PublishedTable, 'paper' | 'table'>): string =>
  `${paper}-${table}`.toLowerCase().replaceAll(' ', '-');

const PARTS: readonly PublishedTable[] = [...PUBLISHED_TABLES, ...DRAWN_TABLES];

export const PAPER_TABLES: readonly PaperTable[] = [...new Set(PARTS.map(idOf))].flatMap((id) => {
  const parts = PARTS.filter((one) => idOf(one) === id);
  const [first] = parts;
  return first ? [{ id, paper: first.paper, table: first.table, about: first.about, parts }] : [];
});

/** `EGRA, Table II`, `SiMGR, Figure 3`. */
export const tableTitle = ({ paper, table }: Pick<Reproduced, 'paper' | 'table'>): string =>
  `${paper}, ${table.startsWith('Figure') ? '' : 'Table '}${table}`;

/** The printed table that a set of runs names; null where this version knows none such. */
export const printedPart = ({ paper, table, dataset }: Reproduced): PublishedTable | null =>
  PARTS.find((one) => one.paper === paper && one.table === table && one.dataset === dataset) ?? null;

/** A printed row as a model with what it changes. */
interface Meaning {
  readonly model: ModelId;
  readonly changes: Config;
  readonly needs: NonNullable<ModelTable['ablations']>[number]['needs'];
  /** What else must be said of the row. */
  readonly note: string | null;
}

/** A component that EGRA's Table IV puts into other models. */
const PLUGGED = /^(.+)(\+[GE])$/;
const PLUG = 'edgeEnhancer';

/** What a printed row means here; null where there is no such model. */
export function meaningOf(part: Pick<PublishedTable, 'paper'>, name: string): Meaning | null {
  const own = MODEL_IDS.filter((id) => modelTable(id).publishedAs.includes(part.paper));
  for (const model of own) {
    const variant = modelTable(model).ablations?.find(({ label, printedAs }) => (printedAs ?? label) === name);
    if (variant)
      return {
        model,
        changes: variant.config,
        needs: variant.needs,
        note: variant.afterReference ? `Here with ${variant.afterReference.noteBefore}` : null,
      };
  }
  const model = MODEL_IDS.find((id) => modelTable(id).publishedAs.includes(name));
  if (model) return { model, changes: {}, needs: undefined, note: null };
  const [, backbone = '', value = ''] = PLUGGED.exec(name) ?? [];
  const plugged = backbone ? meaningOf(part, backbone) : null;
  if (plugged && modelTable(plugged.model).options.some(({ key }) => key === PLUG))
    return { ...plugged, changes: { ...plugged.changes, [PLUG]: value } };
  return null;
}

/** Whose settings the rows take: those printed for a dataset, those recommended for the data at hand, or the best of a search that begins at these. */
export type SettingsFrom = 'paper' | 'recommended' | 'search';

/** A row of a printed table, ready to be run; or why it is not. */
export interface PlannedRow {
  readonly name: string;
  readonly model: ModelId | null;
  /** null where it cannot run. */
  readonly experiment: Omit<Experiment, 'seed'> | null;
  /** What makes the row: no search changes it. */
  readonly changes: Config;
  /** The preset's name, or where else its settings come from. */
  readonly settings: string;
  /** What must be known of it; where it cannot run, why. */
  readonly note: string | null;
}

interface PlanOptions {
  readonly from: SettingsFrom;
  /** At most so many epochs, also of a pre-training; null leaves the settings' own. */
  readonly epochs: number | null;
  readonly backend: Pick<Experiment, 'backend' | 'allowSoftware'>;
}

/** Every row of a printed table as an experiment on a dataset. */
export function plannedRows(part: PublishedTable, dataset: DatasetDocument, options: PlanOptions): PlannedRow[] {
  return Object.keys(part.rows).map((name): PlannedRow => {
    const meaning = meaningOf(part, name);
    if (!meaning) return { name, model: null, experiment: null, changes: {}, settings: '', note: absence(name) };
    const { model, changes, needs } = meaning;
    const { label, config: settings } = settingsOf(model, part.dataset, dataset, options.from);
    const limit = limitsOf(model, options.epochs);
    const config = completeConfig(model, { ...settings, ...changes, ...limit });
    const reason = reasonNot(model, config, needs, dataset);
    const { id, name: called, fingerprint } = dataset;
    return {
      name,
      model,
      experiment: reason ? null : { model, config, dataset: { id, name: called, fingerprint }, ...options.backend },
      changes,
      settings: label,
      note: reason ?? meaning.note,
    };
  });
}

/** Epochs of the run and, where it needs one, of its pre-training. */
function limitsOf(model: ModelId, epochs: number | null): Config {
  if (epochs === null) return {};
  const keys = ['epochs', 'pretrainingEpochs'].filter((key) =>
    modelTable(model).options.some((option) => option.key === key),
  );
  return Object.fromEntries(keys.map((key) => [key, epochs]));
}

function absence(name: string): string {
  const known = printedOnly(name);
  return known ? `Printed results only. ${known.why}` : 'Lodestone does not have this model.';
}

function reasonNot(model: ModelId, config: Config, needs: Meaning['needs'], dataset: DatasetDocument): string | null {
  const { minModalities } = modelTable(model);
  if (modalitiesOf(dataset).length < minModalities) return lacking('features', dataset);
  return (needs ? lacking(needs, dataset) : null) ?? configLacks(model, config, dataset);
}

/** The preset printed for the table's dataset, by its name or its label; without one the model's defaults. */
function settingsOf(model: ModelId, printed: string, dataset: DatasetDocument, from: SettingsFrom) {
  if (from !== 'paper') {
    const label = from === 'search' ? 'searched from what is recommended' : 'recommended for this dataset';
    return { label, config: recommendedFor(model, dataset) };
  }
  const { presets } = modelTable(model);
  const slug = printed.toLowerCase().split(' ')[0] ?? '';
  const preset =
    presets.find(({ id }) => id.endsWith(`-${slug}`)) ??
    presets.find(({ label }) => label.split(/[:,] */).includes(printed));
  return preset ? { label: preset.label, config: preset.config } : { label: 'defaults', config: {} };
}

type PlannedRun = { readonly experiment: Experiment; readonly group: RunGroup };

/**
 * Runs of the rows that can run, rows side by side so that the table fills seed by seed: one per seed, or with a search in `group` all trials
 * of a row and seed, one after the other.
 */
export function tableRuns(
  rows: readonly PlannedRow[],
  seeds: readonly number[],
  group: Omit<RunGroup, 'variant'>,
  dataset: Pick<DatasetDocument, 'name' | 'features' | 'statistics'>,
): PlannedRun[] {
  const trials = rows.flatMap(
    ({ name, experiment, changes }): (Omit<PlannedRun, 'experiment'> & { base: Omit<Experiment, 'seed'> })[] => {
      if (!experiment) return [];
      if (!group.search) return [{ base: experiment, group: { ...group, variant: name } }];
      return trialConfigs(experiment, changes, group.search, dataset).map((config, trial) => ({
        base: { ...experiment, config },
        group: { ...group, variant: name, trial },
      }));
    },
  );
  return seeds.flatMap((seed) => trials.map(({ base, group: own }) => ({ experiment: { ...base, seed }, group: own })));
}

/** The row that a table is about: the paper's own model, or its strongest form. */
export function headlineOf({ paper, about, rows }: PublishedTable): string {
  const names = Object.keys(rows);
  const own = names.includes(paper) ? paper : about === 'overall' ? names.at(-1) : names[0];
  return own ?? paper;
}

/** A printed statement that one row is above another, over the metrics in which it is. */
export interface Claim {
  readonly better: string;
  readonly worse: string;
  readonly metrics: readonly MetricKey[];
  /** All metrics that both rows print. */
  readonly of: number;
  /** A figure shows it without a number. */
  readonly shown?: true;
}

/** Whether there is any figure to compare with: a picture's rows have none. */
export const printsNumbers = ({ rows }: PublishedTable): boolean =>
  Object.values(rows).some((figures) => figures.some((figure) => figure !== null));

/** What a printed table says: of its headline against each other row; of a component against the model it is put into. */
export function claimsOf(part: PublishedTable): readonly Claim[] {
  const names = Object.keys(part.rows);
  const headline = headlineOf(part);
  const pairs =
    part.about === 'transfer'
      ? names.flatMap((name) => {
          const [, backbone] = PLUGGED.exec(name) ?? [];
          return backbone && names.includes(backbone) ? [[name, backbone] as const] : [];
        })
      : names.flatMap((name) => (name === headline ? [] : [[headline, name] as const]));
  // An ablation drawn as a figure is there to show that every part helps.
  if (!printsNumbers(part))
    return pairs.map(([better, worse]) => ({
      better,
      worse,
      metrics: part.metrics,
      of: part.metrics.length,
      shown: true,
    }));
  return pairs.flatMap(([better, worse]): Claim[] => {
    const both = part.metrics.flatMap((metric, place) => {
      const [a, b] = [part.rows[better]?.[place], part.rows[worse]?.[place]];
      return typeof a === 'number' && typeof b === 'number' ? [{ metric, above: a > b }] : [];
    });
    const metrics = both.flatMap(({ metric, above }) => (above ? [metric] : []));
    return metrics.length > 0 ? [{ better, worse, metrics, of: both.length }] : [];
  });
}
