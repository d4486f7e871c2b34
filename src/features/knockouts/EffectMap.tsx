import { useMemo } from 'react';
import type { HeatMapCell } from '../../charts/gridKeys';
import { HeatMap } from '../../charts/HeatMap';
import type { KnockoutChoices, KnockoutReport } from '../../domain/knockouts';
import { metricLabel } from '../../domain/metrics';
import { routingCells } from '../../domain/routes';
import type { UserMetric } from '../../domain/userResults';
import { FAMILY_NAMES, groupName } from '../readings/expertNames';
import { signed } from '../readings/reproduction';

interface EffectMapProps {
  readonly report: KnockoutReport;
  readonly choices: KnockoutChoices;
  readonly metric: UserMetric;
  readonly selected: HeatMapCell | null;
}

/** What the metric loses without each expert, laid out as the routing is; nothing until all are known. Copies of an expert are summed. */
export function EffectMap({ report, choices, metric, selected }: EffectMapProps) {
  const { experts, groups, families } = choices;
  const cells = useMemo(() => {
    const falls = experts.map(
      (_, expert) =>
        report.effects.find(({ knockout }) => knockout.kind === 'expert' && knockout.expert === expert)?.fall[metric]
          .mean ?? NaN,
    );
    if (falls.length === 0 || !falls.every(Number.isFinite)) return null;
    return routingCells(
      falls,
      experts.map((expert) => ({ ...expert, shares: [] })),
      groups.length,
      families,
    );
  }, [report, experts, groups, families, metric]);
  if (!cells) return null;
  const name = metricLabel(metric);
  return (
    <HeatMap
      title={`Fall of ${name} without each expert`}
      summary={`Test users; the intact run has ${report.intact.test[metric].toFixed(4)}. Above zero, the ranking needs the expert.`}
      rows={groups.map(groupName)}
      columns={families.map((family) => FAMILY_NAMES[family])}
      values={cells}
      format={signed}
      valueLabel={`fall of ${name}`}
      rowLabel="anchor"
      columnLabel="family"
      diverging
      selected={selected}
      height={280}
    />
  );
}
