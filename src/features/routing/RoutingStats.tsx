import type { RoutingFrame } from './frames';
import { formatNumber } from '../../ui/format';
import { Stat, StatList } from '../../ui/Stat';

interface RoutingStatsProps {
  readonly frame: Pick<RoutingFrame, 'effective' | 'hhi' | 'diversity' | 'winnerShare' | 'maxLoad'>;
  readonly experts: number;
}

/** The numbers of an epoch's routing, each with what it is and what is healthy. */
export function RoutingStats({ frame, experts }: RoutingStatsProps) {
  const even = formatNumber(1 / experts, 2);
  const twice = formatNumber(2 / experts, 2);
  return (
    <StatList>
      <Stat
        label="N_eff"
        value={formatNumber(frame.effective, 3)}
        note={`of ${experts}`}
        help={`The effective number of experts, e to the entropy of the mean routing: ${experts} where all have the same mean share, 1 where one has everything. Healthy: more than half of the ${experts}; below 2 the router has collapsed.`}
      />
      <Stat
        label="HHI"
        value={formatNumber(frame.hhi, 3)}
        note={`even: ${even}`}
        help={`The sum of the squared mean probabilities: ${even} where all experts are used alike, 1 where one takes everything. Healthy: below ${twice}.`}
      />
      <Stat
        label="Div"
        value={formatNumber(frame.diversity, 3)}
        help="Evenness of the mean routing, its entropy as a share of the maximum: 1 where all experts are used alike, 0 where one takes everything. Healthy: above 0.8."
      />
      <Stat
        label="Winner Share"
        value={formatNumber(frame.winnerShare, 3)}
        note={frame.winnerShare > 2 / experts ? `even: ${even}` : `⚠ healthy: above ${twice}`}
        help={`The mean probability of a pair’s most probable expert, its first choice: how decided the router is. Healthy once the second stage has begun: above ${twice}; at ${even}, an even share, it prefers none.`}
      />
      <Stat
        label="MaxLoad"
        value={formatNumber(frame.maxLoad, 3)}
        note={frame.maxLoad < 0.5 ? 'of the pairs' : '⚠ healthy: below 0.5'}
        help={`The commonest first choice is that of so many of the pairs. Healthy: below 0.5; from 0.8 on, pairs are hardly told apart or one expert takes nearly everything.`}
      />
    </StatList>
  );
}
