import { useMemo, useState } from 'react';
import { formatMetric } from '../../ui/format';
import { DataTable, type Column } from '../../ui/DataTable';
import { Columns } from '../../ui/Page';
import { Panel, Surface } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { BACKEND_LABELS } from '../../ui/words';
import { CurveChart } from '../../charts/CurveChart';
import { METRIC_KEYS, type MetricKey } from '../../domain/metrics';
import { changedOptions, modelTable } from '../../domain/models/catalogue';
import { routingCells } from '../../domain/routes';
import type { Option } from '../../domain/models/table';
import type { SharedStudy } from '../../domain/shared';
import type { SharedRun } from '../../domain/sharedRun';
import { ExpertMap } from '../readings/ExpertMap';
import { SHOWN_METRICS, shortMetric } from '../readings/curves';
import { shownEpoch } from '../readings/words';
import styles from './sharing.module.css';

interface Row {
  readonly run: SharedRun;
  readonly place: number;
}

/** The shared runs: a table of results, and one of them in full. */
export function SharedRuns({ study }: { readonly study: SharedStudy }) {
  const [place, setPlace] = useState(0);
  const rows = useMemo(() => study.runs.map((run, i): Row => ({ run, place: i })), [study]);
  const columns = useMemo(() => columnsOf(study, setPlace), [study]);
  const run = study.runs[place];
  return (
    <>
      {study.runs.length > 1 && (
        <Panel title="Results" note="test split, at each run's best epoch">
          <DataTable
            label="Shared runs"
            columns={columns}
            rows={rows}
            rowId={({ place: id }) => String(id)}
            isCurrent={({ place: id }) => id === place}
          />
        </Panel>
      )}
      {run && <OneRun run={run} dataset={study.datasets[run.dataset]?.name ?? ''} />}
    </>
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

function columnsOf(study: SharedStudy, onShow: (place: number) => void): readonly Column<Row>[] {
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
      cell: ({ run, place }) => (
        <button type="button" className={styles.show} onClick={() => onShow(place)}>
          {run.name}
        </button>
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

/** The options in which runs of one model differ; none where there are several models. */
function varied({ runs }: SharedStudy): readonly Option[] {
  const [first] = runs;
  if (!first || runs.some(({ model }) => model !== first.model)) return [];
  return modelTable(first.model).options.filter(({ key }) => new Set(runs.map(({ config }) => config[key])).size > 1);
}
