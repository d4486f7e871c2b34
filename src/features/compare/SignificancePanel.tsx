import { useMemo, useState } from 'react';
import { formatCount, formatSignedMeanSd, formatP, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { DataDialog } from '../../charts/DataDialog';
import { unpairable, type Relevant, type Setting, type SettingComparison } from '../../domain/comparison';
import { metricLabel, type MetricKey } from '../../domain/metrics';
import { detectable, type Scatter } from '../../domain/power';
import { powerWords } from '../readings/power';
import { isSignificant, SIGNIFICANT } from '../../domain/significance';
import { significanceRows, significanceTable, unpairedAlike, type SignificanceRow } from './significanceRows';
import { useTests } from './useTests';
import styles from './compare.module.css';

interface SignificancePanelProps {
  readonly settings: readonly Setting[];
  readonly reference: Setting | undefined;
  readonly metric: MetricKey;
  readonly relevant: Relevant;
  /** Whether each user's results can be read. */
  readonly stored: boolean;
}

/** Whether the differences to the reference are more than chance: paired over users, and over seeds. */
export function SignificancePanel({ settings, reference, metric, relevant, stored }: SignificancePanelProps) {
  const tested = useTests(settings, reference, metric, relevant, stored);
  const rows = useMemo(() => significanceRows(settings, tested?.comparisons ?? []), [settings, tested]);
  const power = useMemo(() => leastPower(tested?.comparisons ?? [], metric), [tested, metric]);
  const unpaired = useMemo(() => unpairedAlike(rows), [rows]);
  const testable = rows.some(({ comparison: { bySeed } }) => unpaired === null || bySeed !== null);
  const [data, setData] = useState(false);
  const refusals = settings.flatMap((setting) =>
    reference && setting !== reference ? (unpairable(setting, reference) ?? []) : [],
  );
  const title = reference ? `Against ${reference.label}` : 'Significance';
  return (
    <Panel
      title={title}
      note={metricLabel(metric)}
      actions={
        testable && (
          <Button small variant="quiet" onClick={() => setData(true)}>
            Numbers
          </Button>
        )
      }
    >
      {tested?.fault && <FaultNotice fault={tested.fault} />}
      {settings.length < 2 && (
        <p>All these runs have the same setting. Add runs of another setting on the Runs page.</p>
      )}
      {!tested && settings.length - refusals.length > 1 && (
        <p role="status">Testing {plural(settings.length - refusals.length - 1, 'setting')} …</p>
      )}
      {testable && (
        <DataTable
          label={title}
          columns={unpaired === null ? COLUMNS : SEED_COLUMNS}
          rows={rows}
          rowId={({ setting }) => setting.key}
        />
      )}
      {unpaired !== null && <p className={styles.refused}>{unpaired}</p>}
      {rows.length > 0 && !testable && (
        <p className={styles.refused}>Over seeds there is a test once both settings have two seeds in common.</p>
      )}
      {refusals.map((reason) => (
        <p key={reason} className={styles.refused}>
          {reason}
        </p>
      ))}
      {power && <p className={styles.note}>{power}</p>}
      {testable && unpaired === null && (
        <p className={styles.note}>
          Over users: each user’s mean over common seeds, paired; p-values are two-sided and Holm-adjusted for the
          number of rows; the interval comes from resampling users. Over seeds: the paired t-test of the means, adjusted
          in the same way. † over users, ‡ over seeds: p &lt; {SIGNIFICANT}.
        </p>
      )}
      {testable && unpaired !== null && (
        <p className={styles.note}>
          Over seeds: the paired t-test of the means; p-values are two-sided and Holm-adjusted for the number of rows. ‡
          p &lt; {SIGNIFICANT}.
        </p>
      )}
      {data && <DataDialog title={title} table={significanceTable(rows)} onClose={() => setData(false)} />}
    </Panel>
  );
}

/** Of several settings, the one whose difference to the reference scatters most. */
function leastPower(comparisons: readonly SettingComparison[], metric: MetricKey): string | null {
  const known = comparisons.flatMap(({ scatter }) => scatter ?? []);
  const least = (scatter: Scatter): number => detectable(scatter, scatter.seeds) ?? 0;
  return powerWords(known.sort((a, b) => least(b) - least(a))[0] ?? null, metric);
}

const SETTING: Column<SignificanceRow> = {
  id: 'setting',
  header: 'Setting',
  rowHeader: true,
  value: ({ setting }) => setting.label,
  cell: ({ setting }) => <span className={styles.setting}>{setting.label}</span>,
};

const OVER_SEEDS: Column<SignificanceRow> = {
  id: 'seeds',
  header: 't, seeds',
  numeric: true,
  value: ({ adjusted }) => adjusted.seeds,
  cell: ({ comparison: { bySeed }, adjusted }) =>
    bySeed ? (
      <>
        <P value={adjusted.seeds} mark="‡" />
        <span className={styles.small}>
          higher in {formatCount(bySeed.higher)} of {formatCount(bySeed.pairs)}
        </span>
      </>
    ) : (
      '–'
    ),
};

/** Where users cannot be paired. */
const SEED_COLUMNS: readonly Column<SignificanceRow>[] = [
  SETTING,
  {
    id: 'difference',
    header: 'Difference, over seeds',
    numeric: true,
    value: ({ comparison: { bySeed } }) => bySeed?.mean ?? null,
    cell: ({ comparison: { bySeed } }) => (bySeed ? formatSignedMeanSd(bySeed.mean, bySeed.deviation) : '–'),
  },
  OVER_SEEDS,
];

const COLUMNS: readonly Column<SignificanceRow>[] = [
  SETTING,
  {
    id: 'difference',
    header: 'Difference, 95 %',
    numeric: true,
    value: ({ comparison: { users } }) => ('refused' in users ? null : users.mean),
    cell: ({ comparison: { users } }) =>
      'refused' in users ? (
        <span className={styles.refused}>{users.refused}</span>
      ) : (
        <>
          {formatSignedMeanSd(users.mean, null)}
          <span className={styles.small}>
            {formatSignedMeanSd(users.interval[0], null)} to {formatSignedMeanSd(users.interval[1], null)}
          </span>
        </>
      ),
  },
  {
    id: 't',
    header: 't, users',
    numeric: true,
    value: ({ adjusted }) => adjusted.t,
    cell: ({ adjusted }) => <P value={adjusted.t} mark="†" />,
  },
  {
    id: 'wilcoxon',
    header: 'Wilcoxon, users',
    numeric: true,
    value: ({ adjusted }) => adjusted.wilcoxon,
    cell: ({ adjusted }) => <P value={adjusted.wilcoxon} mark="†" />,
  },
  OVER_SEEDS,
];

const P = ({ value, mark }: { readonly value: number | null; readonly mark: string }) => (
  <>
    {formatP(value)}
    {isSignificant(value) && ` ${mark}`}
  </>
);
