import { useCallback, useMemo } from 'react';
import { useParams } from 'react-router';
import { claimsOf, meaningOf, printedPart, tableTitle } from '../../domain/paperTables';
import { printedOnly } from '../../domain/printedOnly';
import type { PublishedTable, Reproduced } from '../../domain/publishedTables';
import { baselinesOn } from '../../domain/baselines';
import { modelTable } from '../../domain/models/catalogue';
import { judgedClaims, reproducedRows, unprintedRow } from '../../domain/reproduced';
import { rowSeeds } from '../../domain/search';
import type { RunGroup, RunSummary } from '../../domain/run';
import { PaperButtons } from '../../charts/PaperButtons';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { ButtonLink } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { FailedRuns, GroupControls } from '../groups/GroupControls';
import { runsOfGroup } from '../groups/groupRows';
import { StudyPage } from '../groups/StudyPage';
import { BaselineNote } from '../readings/BaselineNote';
import { ClaimsTable, ReproducedTable, RowOrder } from '../readings/ReproducedTable';
import { reproductionData, reproductionPaper, searchWords } from '../readings/reproduction';
import { useStudyWords } from '../readings/StudyWords';
import { ShareButton } from '../sharing/ShareButton';
import { OtherData, otherDataWords } from './OtherData';
import styles from './tables.module.css';
import { usePairTests } from './usePairTests';

/** A printed table beside what its rows got here. */
export function ReproducedPage() {
  const { id = '' } = useParams();
  const loaded = useRuns((state) => state.loaded);
  const all = useRuns((state) => state.runs);
  const runs = useMemo(() => runsOfGroup(all, id), [all, id]);
  const group = runs[0]?.group;
  const part = group?.table ? printedPart(group.table) : null;
  if (group?.table && part) return <Known key={id} group={group} table={group.table} part={part} runs={runs} />;
  if (!loaded) return <Page title="Table">{null}</Page>;
  return (
    <Page title="Table not found">
      <Notice
        tone="warning"
        title={group ? 'This version of Lodestone does not know the printed table.' : `There is no table ${id} here.`}
        actions={<ButtonLink to="/tables">All tables</ButtonLink>}
      >
        {group
          ? 'Its runs are on the Runs page. A newer version shows them beside the printed figures.'
          : 'Its runs may have been deleted, or they belong to another browser.'}
      </Notice>
    </Page>
  );
}

interface KnownProps {
  readonly group: RunGroup;
  readonly table: Reproduced;
  readonly part: PublishedTable;
  readonly runs: readonly RunSummary[];
}

function Known({ group, table, part, runs }: KnownProps) {
  const words = useStudyWords(group.id, group.name);
  const all = useRuns((state) => state.runs);
  const datasets = useDatasets((state) => state.datasets);
  const claims = useMemo(() => claimsOf(part), [part]);
  const seeds = useMemo(() => rowSeeds(runs), [runs]);
  const chosen = useMemo(() => seeds.flatMap(({ run }) => run ?? []), [seeds]);
  const rows = useMemo(
    () =>
      reproducedRows(
        part,
        seeds.map(({ variant, run, searched }) => ({ variant, result: run?.result ?? null, searched })),
      ),
    [part, seeds],
  );
  const { dataset = null } = runs[0]?.experiment ?? {};
  const shown = useMemo(() => {
    const baselines = dataset ? baselinesOn(all, dataset.fingerprint) : [];
    const own = baselines.map(({ experiment: { model }, result }) =>
      unprintedRow(`${modelTable(model).name} (baseline)`, part.metrics, { variant: '', result }),
    );
    return [...rows, ...own];
  }, [all, rows, dataset, part]);
  const { tests, fault: notTested } = usePairTests(claims, chosen);
  const judged = useMemo(() => judgedClaims(claims, rows, tests), [claims, rows, tests]);
  const absence = useCallback((name: string) => absenceWords(part, name), [part]);
  const [first] = runs;
  if (!first || !dataset) return null;
  const counts =
    datasets.find(({ fingerprint }) => fingerprint === dataset.fingerprint)?.statistics ??
    first.origin?.dataset ??
    null;
  const other = otherDataWords({ part, name: dataset.name, counts });
  const limited = limitWords(chosen);
  const searched = group.search ? searchWords(group.search) : null;
  const caption = `${tableTitle(table)} (${table.dataset}), and the same rows on ${dataset.name}.`;
  return (
    <StudyPage
      group={group}
      words={words}
      about={`on ${dataset.name}`}
      runs={runs}
      comparable={chosen}
      share={(chosen.length > 0 || !searched) && <ShareButton ids={runs.map(({ id }) => id)} />}
    >
      <GroupControls noun="table" group={group} runs={runs} />
      <OtherData part={part} name={dataset.name} counts={counts} />
      <Panel
        title="Printed and measured"
        note="test split; mean ± sd over seeds"
        actions={
          <PaperButtons
            main
            title={group.name}
            paper={() =>
              reproductionPaper(shown, judged, caption, [
                'Mean and standard deviation over seeds; best epochs by validation.',
                ...(other ? [other] : []),
                ...(limited ? [limited] : []),
                ...(searched ? [searched] : []),
              ])
            }
            data={() => reproductionData(shown)}
          />
        }
      >
        <ReproducedTable label="Printed and measured figures" rows={shown} absence={absence} />
        <BaselineNote fingerprint={dataset.fingerprint} />
        {limited && <p className={styles.note}>{limited}</p>}
        {searched && <p className={styles.note}>{searched}</p>}
      </Panel>
      <RowOrder rows={rows} />
      <Panel title="Claims">
        {notTested && <FaultNotice fault={notTested} />}
        <ClaimsTable label="Printed claims" claims={judged} />
        <p className={styles.note}>
          Holds: above in every metric, each with p &lt; .05. Does not hold: below in one at least, with p &lt; .05.
          Within error: neither. Paired t-tests over users (means over common seeds), Holm over the claims of a metric.
          The best epoch of every run is chosen on validation, whatever the paper did.
        </p>
      </Panel>
      <FailedRuns runs={runs} />
    </StudyPage>
  );
}

function absenceWords(part: PublishedTable, name: string): string {
  const known = printedOnly(name);
  if (known) return `Printed results only. ${known.why}`;
  return meaningOf(part, name) ? 'Not run.' : 'Lodestone does not have this model.';
}

/** Runs whose last epoch was set by hand are no reproduction. */
function limitWords(runs: readonly RunSummary[]): string | null {
  const ended = runs.filter(
    ({ result, epochsDone, experiment }) => result !== null && epochsDone === experiment.config['epochs'],
  );
  return ended.length === 0
    ? null
    : `${ended.length} of ${runs.length} runs ended at their limit of epochs, not by early stopping: their figures may be too low.`;
}
