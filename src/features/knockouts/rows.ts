import type { PaperTable } from '../../charts/paperTable';
import type { ChartTable } from '../../charts/table';
import {
  knockoutName,
  type Faithfulness,
  type Fall,
  type KnockoutChoices,
  type KnockoutEffect,
  type KnockoutReport,
} from '../../domain/knockouts';
import { metricLabel } from '../../domain/metrics';
import { USER_METRICS, type UserMetric } from '../../domain/userResults';
import { formatMetric } from '../../ui/format';
import { signed } from '../readings/reproduction';

/** `+.0031 (+.0010 to +.0052)` */
export const fallWords = ({ mean, low, high }: Fall): string =>
  mean === 0 && low === 0 && high === 0 ? 'no change' : `${signed(mean)} (${signed(low)} to ${signed(high)})`;

const cut = (value: number): string => value.toFixed(2).replace('-', '−');

/** What the correlation of mass and effect says of the routing as an explanation. */
export function faithfulnessWords({ r, interval, mass }: Faithfulness, metric: UserMetric): string {
  if (r === null || !interval)
    return `Routing mass and effect cannot be correlated: one of them is the same for all ${mass.length} experts.`;
  const [low, high] = interval;
  const verdict =
    low > 0
      ? 'experts with a larger share of the routing matter more, so that the routing says something of what the model uses'
      : high < 0
        ? 'experts with a larger share of the routing matter less: as an explanation it misleads'
        : 'whether experts with a larger share matter more cannot be told here';
  return `Share of the routing against what each of ${mass.length} experts is worth: r = ${cut(r)} (95 % ${cut(low)} to ${cut(high)}, by resampling users), by the fall of ${metricLabel(metric)}; ${verdict}.`;
}

/** π̄ of an expert over the test pairs, where it is known. */
export const massOf = ({ faithfulness }: KnockoutReport, { knockout }: KnockoutEffect): number | null =>
  knockout.kind === 'expert' ? (faithfulness?.['recall@20'].mass[knockout.expert] ?? null) : null;

export const effectPaper = (
  caption: string,
  report: KnockoutReport,
  { experts }: KnockoutChoices,
  metric: UserMetric,
): PaperTable => ({
  caption: `${caption}.`,
  columns: ['Without', 'Mean routing', `${metricLabel(metric)}, valid`, 'test', 'Fall, test', '95 %'],
  rows: [
    [
      { text: 'nothing' },
      { text: '–' },
      { text: formatMetric(report.intact.valid[metric]) },
      { text: formatMetric(report.intact.test[metric]) },
      { text: '–' },
      { text: '–' },
    ],
    ...report.effects.map((effect) => {
      const { mean, low, high } = effect.fall[metric];
      return [
        { text: knockoutName(effect.knockout, experts) },
        { text: formatMetric(massOf(report, effect)) },
        { text: formatMetric(effect.valid[metric]) },
        { text: formatMetric(effect.test[metric]) },
        { text: signed(mean) },
        { text: `${signed(low)} to ${signed(high)}` },
      ];
    }),
  ],
  rules: [1],
  notes: [
    `Weights of epoch ${report.epoch + 1}, nothing retrained; falls over ${report.testUsers} test users, 95 % by resampling them.`,
    ...(report.faithfulness ? [faithfulnessWords(report.faithfulness[metric], metric)] : []),
  ],
});

export const effectData = (report: KnockoutReport, { experts }: KnockoutChoices): ChartTable => ({
  columns: [
    'without',
    'mean_routing',
    ...USER_METRICS.flatMap((metric) => [
      `${metric}_valid`,
      `${metric}_test`,
      `${metric}_fall`,
      `${metric}_fall_low`,
      `${metric}_fall_high`,
    ]),
  ],
  rows: [
    [
      'nothing',
      null,
      ...USER_METRICS.flatMap((metric) => [report.intact.valid[metric], report.intact.test[metric], null, null, null]),
    ],
    ...report.effects.map((effect) => [
      knockoutName(effect.knockout, experts),
      massOf(report, effect),
      ...USER_METRICS.flatMap((metric) => {
        const { mean, low, high } = effect.fall[metric];
        return [effect.valid[metric], effect.test[metric], mean, low, high];
      }),
    ]),
  ],
});
