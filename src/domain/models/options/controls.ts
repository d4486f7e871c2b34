import type { Option } from '../table';

/** What is done to features before a model reads them, so that one sees what they are worth; on every model that reads any. */
export const controlOptions = [
  {
    key: 'featureControl',
    type: 'choice',
    default: 'none',
    group: 'control',
    sweep: false,
    label: 'Features as a control',
    help: 'Takes the meaning out of features before training. If the result stays the same, the model does not use them.',
    choices: [
      { value: 'none', label: 'as they are' },
      { value: 'shuffled', label: 'shuffled: each item has another item’s row' },
      { value: 'noise', label: 'Gaussian noise with each column’s mean and deviation' },
      { value: 'constant', label: 'constant: every item has the mean row' },
      { value: 'without', label: 'left out' },
    ],
  },
  {
    key: 'controlled',
    type: 'choice',
    default: 'all',
    group: 'control',
    sweep: false,
    when: { key: 'featureControl', except: ['none'] },
    label: 'Which features',
    help: 'Those that the control is about. Profiles are shuffled between users, ratings between training interactions; both can only be shuffled.',
    choices: [
      { value: 'all', label: 'all of items' },
      { value: 'image', label: 'image' },
      { value: 'text', label: 'text' },
      { value: 'audio', label: 'audio' },
      { value: 'profiles', label: 'user profiles' },
      { value: 'ratings', label: 'ratings' },
    ],
  },
] as const satisfies readonly Option[];
