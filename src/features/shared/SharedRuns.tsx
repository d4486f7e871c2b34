import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { formatMetric } from '../../ui/format';
import { Button } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { Columns } from '../../ui/Page';
import { Panel, Surface } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { useRevealed } from '../../ui/useRevealed';
import { BACKEND_LABELS } from '../../ui/words';
import { CurveChart } from '../../charts/CurveChart';
import { METRIC_KEYS, type MetricKey } from '../../domain/metrics';
import { changedOptions, modelTable } from '../../domain/models/catalogue';
import { routingCells } from '../../domain/routes';
import type { Option } from '../../domain/models/table';
import { localMatch, type SharedStudy } from '../../domain/shared';
import type { SharedRun } from '../../domain/sharedRun';
import { useDatasets } from '../../state/datasets';
import { ExpertMap } from '../readings/ExpertMap';
import { SHOWN_METRICS, shortMetric } from '../readings/curves';
import { shownEpoch } from '../readings/words';
import { useRunHere } from '../sharing/useRunHere';
import styles from './shared.module.css';

interface Row {
  readonly run: SharedRun;
  readonly place: number;
  /** Where it is shown in full. */
  readonly address: string;
}

/** The page's address with one run of the study shown in full. */
export function runAddress(parameters: URLSearchParams, place: number): string {
  const next = new URLSearchParams(parameters);
  next.set('view', 'runs');
  next.set('run', String(place));
  return `/shared?${next}`;
}

/** The shared runs: a table of results, and one of them in full. */
export function SharedRuns({ study }: { readonly study: SharedStudy }) {
  const [parameters] = useSearchParams();
  const asked = Number(parameters.get('run') ?? 0);
  const place = study.runs[asked] ? asked : 0;
  const heading = useRevealed(place);
  const rows = useMemo(
    () => study.runs.map((run, i): Row => ({ run, place: i, address: runAddress(parameters, i) })),
    [study, parameters],
  );
  const columns = useMemo(() => columnsOf(study), [study]);
  const run = study.runs[place];
  if (!run) return null;
  const shown = <OneRun run={run} dataset={study.datasets[run.dataset]?.name ?? ''} />;
  if (study.runs.length === 1) return shown;
  return (
    <div className={styles.one}>
      <Panel title="Results" note="test split, at each run’s best epoch; a name shows its run below">
        <DataTable
          label="Shared runs"
          columns={columns}
          rows={rows}
          rowId={({ place: id }) => String(id)}
          isCurrent={({ place: id }) => id === place}
        />
      </Panel>
      <section className={styles.one} aria-label={run.name}>
        <div className={styles.head}>
          <h2 ref={heading} tabIndex={-1}>
            {run.name}
          </h2>
          <RunOneHere study={study} run={run} />
        </div>
        {shown}
      </section>
    </div>
  );
}

/** Fills in the form with one of several runs, where its dataset is here. */
function RunOneHere({ study, run }: { readonly study: SharedStudy; readonly run: SharedRun }) {
  const datasets = useDatasets((state) => state.datasets);
  const { starting, start } = useRunHere();
  const shared = study.datasets[run.dataset];
  const match = shared ? localMatch(shared, datasets) : null;
  if (match?.kind !== 'same') return null;
  return (
    <Button small disabled={starting} onClick={() => void start(match.dataset, [run])}>
      Run this one here
    </Button>
  );
}

function OneRun({ run, dataset }: { readonly run: SharedRun; readonly dataset: string }) {
  const table = modelTable(run.model);
  const changed = Object.entries(changedOptions(run.model, run.config));
  const series = useMemo(() => {
    const { curves } = run;
    if (!curves) return [];
    const line = (name: string, values: readonly number[]) => ({
      name,
      kind: 'evaluation' as const,
      points: curves.epochs.map((epoch, i) => [shownEpoch(epoch), values[i] ?? NaN] as const),
    });
    return [line('Recall@20', curves.recall), line('NDCG@20', curves.ndcg)];
  }, [run]);
  const marks = useMemo(
    () =>
      run.result
        ? [{ x: shownEpoch(run.result.bestEpoch), label: `best epoch ${shownEpoch(run.result.bestEpoch)}` }]
        : [],
    [run],
  );
  return (
    <Columns min={380}>
      <Panel title="Experiment">
        <StatList rows>
          <Stat label="Model" value={table.name} />
          <Stat label="Dataset" value={dataset} />
          <Stat label="Seed" value={run.seed} />
          <Stat label="Epochs" value={run.epochs} />
          <Stat label="Device" value={run.backend ? `${run.device} · ${BACKEND_LABELS[run.backend]}` : 'not known'} />
          {changed.length === 0 ? (
            <Stat label="Options" value="all at their defaults" />
          ) : (
            changed.map(([key, value]) => (
              <Stat
                key={key}
                label={table.options.find((option) => option.key === key)?.label ?? key}
                value={<code>{String(value)}</code>}
              />
            ))
          )}
        </StatList>
      </Panel>
      <Panel
        title="Result"
        note={run.result ? `best epoch ${shownEpoch(run.result.bestEpoch)}` : 'the run had not ended'}
      >
        {run.result && (
          <StatList rows>
            {METRIC_KEYS.map((key) => (
              <Stat
                key={key}
                label={shortMetric(key)}
                value={formatMetric(run.result?.test[key])}
                note={`validation ${formatMetric(run.result?.valid[key])}`}
              />
            ))}
          </StatList>
        )}
      </Panel>
      <div className={styles.one}>
        {series.length > 0 && (
          <Surface>
            <CurveChart
              title="Ranking, validation"
              series={series}
              xLabel="epoch"
              yLabel="Recall, NDCG"
              cursorKey="shared"
              marks={marks}
            />
          </Surface>
        )}
        {run.routing && <Routing run={run} />}
      </div>
    </Columns>
  );
}

function Routing({ run }: { readonly run: SharedRun }) {
  const { groups, mean } = run.routing ?? { groups: [], mean: [] };
  const shape = modelTable(run.model).routing?.shape(run.config, groups);
  if (!shape) return null;
  const { experts, families } = shape;
  const cells = routingCells(mean, experts, groups.length, families);
  return (
    <Surface>
      <ExpertMap
        title="Mean routing, best epoch"
        summary={`Mean routing of the validation pairs over ${mean.length} experts.`}
        groups={groups}
        families={families}
        cells={cells}
      />
    </Surface>
  );
}

function columnsOf(study: SharedStudy): readonly Column<Row>[] {
  const metric = (key: MetricKey): Column<Row> => ({
    id: key,
    header: shortMetric(key),
    numeric: true,
    value: ({ run }) => run.result?.test[key] ?? null,
    cell: ({ run }) => formatMetric(run.result?.test[key]),
  });
  return [
    {
      id: 'name',
      header: 'Run',
      rowHeader: true,
      value: ({ run }) => run.name,
      cell: ({ run, place, address }, current) => (
        <span className={styles.name}>
          <Link to={address} title={`Show ${run.name} below`} {...(current && { 'aria-current': true })}>
            {run.name}
          </Link>
          {study.baselines?.includes(place) && <span className={styles.small}>baseline</span>}
          {current && <span className={styles.small}>shown below</span>}
        </span>
      ),
    },
    ...varied(study).map((option): Column<Row> => ({
      id: option.key,
      header: option.label,
      numeric: true,
      value: ({ run }) => run.config[option.key] ?? null,
    })),
    { id: 'seed', header: 'Seed', numeric: true, value: ({ run }) => run.seed },
    { id: 'dataset', header: 'Dataset', wideOnly: true, value: ({ run }) => study.datasets[run.dataset]?.name ?? '' },
    ...SHOWN_METRICS.map(metric),
  ];
}

/** The options that a sweep varies, or in which runs of one model differ; none where there are several models. */
function varied({ runs, sweep }: SharedStudy): readonly Option[] {
  const [first] = runs;
  if (!first) return [];
  const { options } = modelTable(first.model);
  if (sweep) return options.filter(({ key }) => sweep.includes(key));
  if (runs.some(({ model }) => model !== first.model)) return [];
  return options.filter(({ key }) => new Set(runs.map(({ config }) => config[key])).size > 1);
}
