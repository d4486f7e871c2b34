import type { OptionGroup } from '../../domain/models/table';

/** Groups of options in the order they are shown: what the model is, then how it is trained, then how it is judged. */
export const GROUPS: readonly OptionGroup[] = ['model', 'graph', 'loss', 'training', 'evaluation', 'control'];

export const GROUP_LABELS: Readonly<Record<OptionGroup, string>> = {
  model: 'Model',
  graph: 'Graphs',
  loss: 'Loss',
  training: 'Training',
  evaluation: 'Evaluation and stopping',
  control: 'Control',
};
