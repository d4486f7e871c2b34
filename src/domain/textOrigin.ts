import type { DatasetDocument } from './dataset';

/** Who made the texts of a dataset, of what, and what of it is ours and not the authors’; null where they came with its files. */
export function textOrigin({ source }: Pick<DatasetDocument, 'source'>): string | null {
  if (source.kind !== 'reasoning') return null;
  const { models, attributes, choices } = source.provenance;
  const asked = attributes?.fields.filter(({ origin }) => origin === 'asked').map(({ name }) => name) ?? [];
  return [
    `Profiles by ${models.profile}, encoded by ${models.encode}.`,
    ...(attributes ? [`Attributes by ${attributes.model}; the fields are ours: ${asked.join(', ')}.`] : []),
    ...(choices
      ? [
          `Pairs by ${choices.model}, among the ${choices.candidates} best items of the run “${choices.run.name}” (${choices.run.model}, seed ${choices.run.seed}), ${choices.masked ? 'without' : 'with'} training items; the base run is ours.`,
        ]
      : []),
  ].join(' ');
}
