import { FAMILIES, FAMILY_LABELS, type Expert, type Family } from '../../../src/domain/routing';

/** The options that decide which experts there are. */
export interface ExpertsConfig {
  readonly experts: boolean;
  readonly families: string;
  readonly expertCopies: number;
  readonly alpha: number;
  readonly beta: number;
  readonly delta: number;
  readonly comEpsilon: number;
}

export const familiesOf = ({ families }: Pick<ExpertsConfig, 'families'>): Family[] =>
  FAMILIES.filter((family) => families === 'all' || families.split('+').includes(family));

/** The experts of a configuration: for each copy, family and anchor one. Without a mixture one head that weighs all groups alike. */
export function expertsOf(config: ExpertsConfig, groups: readonly string[]): Expert[] {
  if (!config.experts)
    return [{ name: 'single head', family: null, anchor: null, shares: groups.map(() => 1 / groups.length) }];
  const copies = config.expertCopies;
  return Array.from({ length: copies }, (_, copy) =>
    familiesOf(config).flatMap((family) =>
      groups.map((group, anchor): Expert => ({
        name: `${FAMILY_LABELS[family]} ${group}${copies > 1 ? ` ${copy + 1}` : ''}`,
        family,
        anchor,
        shares: template(family, anchor, groups.length, config),
      })),
    ),
  ).flat();
}

/** Dom(α), Bal(β) and Com(δ) for one anchor among `n` groups. */
function template(
  family: Family,
  anchor: number,
  n: number,
  { alpha, beta, delta, comEpsilon }: ExpertsConfig,
): number[] {
  const others = n - 1;
  const place = (own: number, rest: (auxiliary: number) => number): number[] => {
    let auxiliary = 0;
    return Array.from({ length: n }, (_, group) => (group === anchor ? own : rest(auxiliary++)));
  };
  switch (family) {
    case 'dom':
      return place((1 - alpha) / 2 + alpha, () => (1 - alpha) / 2 / others);
    case 'bal': {
      const own = 1 / n + beta / 6;
      return place(own, () => (1 - own) / others);
    }
    case 'com':
      return place(
        comEpsilon,
        (auxiliary) => (1 - comEpsilon) * (others === 2 ? (auxiliary === 0 ? delta : 1 - delta) : 1 / others),
      );
  }
}
