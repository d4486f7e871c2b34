import type { ModelTable } from '../../domain/models/table';
import type { Observation } from '../../domain/observations';
import { THIRD_VIEWS, type Curves, type ThirdView } from '../readings/curves';
import { offeredObservations } from '../readings/observations';

/** What the third panel shows: observations one below the other, or a view that every model has. */
export interface PanelChoice {
  readonly value: string;
  readonly label: string;
  readonly shows:
    | { readonly kind: 'observed'; readonly observations: readonly Observation[] }
    | { readonly kind: 'view'; readonly view: ThirdView; readonly unit: string };
}

/** The model's own observations first, those most telling before all others. */
export function panelChoices(model: ModelTable, curves: Curves): readonly PanelChoice[] {
  const offered = offeredObservations(model, curves);
  const first = (model.shownFirst ?? []).flatMap((key) => offered.filter((one) => one.key === key));
  const single = (observation: Observation): PanelChoice => ({
    value: `observed ${observation.key}`,
    label: observation.title,
    shows: { kind: 'observed', observations: [observation] },
  });
  const overview: PanelChoice[] =
    first.length > 1
      ? [{ value: 'overview', label: `${model.name}: overview`, shows: { kind: 'observed', observations: first } }]
      : [];
  const [lead] = first;
  const alone = first.length === 1 && lead ? [lead] : [];
  const rated = curves.epochs.some(({ validLiked }) => validLiked !== undefined);
  return [
    ...overview,
    ...[...alone, ...offered.filter((one) => !alone.includes(one))].map(single),
    ...THIRD_VIEWS.filter(({ value }) => value !== 'liked' || rated).map(({ value, label, unit }): PanelChoice => ({
      value,
      label,
      shows: { kind: 'view', view: value, unit },
    })),
  ];
}
