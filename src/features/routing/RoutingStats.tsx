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
        help={`How many equally used experts would be as varied as this routing is on average. Healthy: more than half of the ${experts}; below 2 the router has collapsed.`}
      />
      <Stat
        label="HHI"
        value={formatNumber(frame.hhi, 3)}
        help={`The sum of the squared mean probabilities: ${even} where all experts are used alike, 1 where one takes everything. Healthy: below ${twice}.`}
      />
      <Stat
        label="Div"
        value={formatNumber(frame.diversity, 3)}
        help="The entropy of the mean routing as a share of its maximum: 1 where all experts are used alike, 0 where one takes everything. Healthy: above 0.8."
      />
      <Stat
        label="Winner Share"
        value={formatNumber(frame.winnerShare, 3)}
        help={`The mean probability of a pair’s first choice: how decided the router is. Healthy once the second stage has begun: above ${twice}; at ${even}, an even share, it prefers none.`}
      />
      <Stat
        label="MaxLoad"
        value={formatNumber(frame.maxLoad, 3)}
        help={`The share of pairs that have the most frequent first choice. Healthy: below 0.5; from 0.8 on, pairs are hardly told apart or one expert takes nearly everything.`}
      />
    </StatList>
  );
}
