import type { ChoiceOption, NumberOption, Option } from '../table';

/** What some models add to the options of training; `learningRateOf` and `decoupledDecayOf` read them. */

/** A learning rate that falls by one factor at two epochs. */
export const steppedRateOptions = (factor: number) => {
  const step = <K extends string>(key: K, label: string, which: string) =>
    ({
      key,
      type: 'integer',
      default: 0,
      min: 0,
      max: 100_000,
      group: 'training',
      sweep: false,
      label,
      help: `Epoch, counted from 0, from which on the learning rate is multiplied by the factor of the rate’s steps, ${which}. 0 leaves it out.`,
    }) as const satisfies NumberOption;
  return [
    step('lrStepFirst', 'First step of the rate', 'for the first time'),
    step('lrStepSecond', 'Second step of the rate', 'once more'),
    {
      key: 'lrStepFactor',
      type: 'number',
      default: factor,
      min: 0.001,
      max: 1,
      group: 'training',
      sweep: false,
      label: 'Factor of the rate’s steps',
      help: 'What the learning rate is multiplied by at each of its two steps.',
    },
  ] as const satisfies readonly Option[];
};

/** A learning rate that stops falling. */
export const rateFloorOption = {
  key: 'lrFloor',
  type: 'number',
  default: 0,
  min: 0,
  max: 1,
  group: 'training',
  sweep: false,
  label: 'Least learning rate',
  help: 'The learning rate falls after an epoch only if it would not fall below this. 0 lets it fall on.',
} as const satisfies NumberOption;

/** What the authors of a model train, and how, beside the protocol's way. */
export const authorsTrainingOption = {
  key: 'training',
  type: 'choice',
  default: 'authors',
  group: 'training',
  sweep: true,
  label: 'Training',
  help: 'The authors’ code makes AdamW anew in every epoch, so that its moments and its count of steps begin at 0, and never trains some of the parameters. The other choice trains all of them, by one Adam throughout.',
  choices: [
    { value: 'authors', label: 'as the authors: AdamW, anew in every epoch' },
    { value: 'all', label: 'all parameters, by Adam' },
  ],
} as const satisfies ChoiceOption;

/** AdamW beside Adam. */
export const decoupledDecayOptions = [
  {
    key: 'optimiser',
    type: 'choice',
    default: 'adam',
    group: 'training',
    sweep: false,
    label: 'Optimiser',
    help: 'AdamW shrinks every parameter before Adam’s step, by a share that the gradient does not change.',
    choices: [
      { value: 'adam', label: 'Adam' },
      { value: 'adamw', label: 'AdamW' },
    ],
  } as const satisfies ChoiceOption,
  {
    key: 'decoupledDecay',
    type: 'number',
    default: 0.01,
    min: 0,
    max: 1,
    group: 'training',
    sweep: false,
    when: { key: 'optimiser', values: ['adamw'] },
    label: 'AdamW’s decay',
    help: 'In every step a parameter loses this share of itself, times the learning rate.',
  } as const satisfies NumberOption,
] as const;
