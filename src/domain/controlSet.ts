import type { AblationRow } from './ablation';
import type { ControlKind } from './controls';
import { modalitiesOf, profilesOf, type DatasetDocument } from './dataset';
import { completeConfig, modelTable } from './models/catalogue';
import type { Config } from './models/table';
import type { Experiment } from './run';

const WORDS: Readonly<Record<ControlKind, (what: string) => string>> = {
  shuffled: (what) => `${what} shuffled`,
  noise: (what) => `${what} as noise`,
  constant: (what) => `${what} constant`,
  without: (what) => `without ${what}`,
};

/** The rows of a control set: the given experiment, then each modality, and all of them, under each kind; whether they can run is not looked at. */
export function controlRows(
  full: Omit<Experiment, 'seed'>,
  dataset: Pick<DatasetDocument, 'name' | 'features' | 'statistics'>,
  kinds: readonly ControlKind[],
): AblationRow[] {
  const table = modelTable(full.model);
  const choices = table.options.flatMap((option) =>
    option.key === 'controlled' && option.type === 'choice' ? option.choices.map(({ value }) => value) : [],
  );
  const modalities = modalitiesOf(dataset);
  const keys = modalities.map(({ key }) => key).filter((key) => choices.includes(key));
  const row = (label: string, config: Config): AblationRow => ({
    id: label,
    label,
    experiment: { ...full, config: completeConfig(full.model, { ...full.config, ...config }) },
    note: null,
    measured: [],
    reason: null,
  });
  const controls = kinds.flatMap((kind) =>
    [...keys, ...(keys.length > 1 && kind !== 'without' ? ['all'] : [])].map((controlled) =>
      row(WORDS[kind](controlled === 'all' ? 'all features' : controlled), { featureControl: kind, controlled }),
    ),
  );
  const profiles =
    (table.readsVectors ?? table.readsTexts) && profilesOf(dataset)
      ? [row('profiles shuffled', { featureControl: 'shuffled', controlled: 'profiles' })]
      : [];
  const ratings =
    table.readsRatings && dataset.statistics.ratings
      ? [row('ratings shuffled', { featureControl: 'shuffled', controlled: 'ratings' })]
      : [];
  const own = (table.controls ?? []).map(({ label, config }) => row(label, config));
  return [
    { ...row(table.name, {}), id: 'full' },
    ...(table.minModalities > 0 ? controls : []),
    ...profiles,
    ...ratings,
    ...own,
  ];
}
