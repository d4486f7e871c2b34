import { useMemo } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { ButtonLink } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { Tabs } from '../../ui/Tabs';
import { runName } from '../../domain/runName';
import { isActive, type RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { RunExport } from '../exports/RunExport';
import { ProjectionTab } from '../projection/ProjectionTab';
import { ConfigTab } from './ConfigTab';
import type { Curves } from '../readings/curves';
import { CurvesTab } from './CurvesTab';
import { EfficiencyTab } from './EfficiencyTab';
import { odditiesOf, rankedByVectors, readsFeatures } from '../../domain/models/catalogue';
import { shownFindings, standIn } from '../readings/findings';
import { FindingsTab } from './FindingsTab';
import { KnockoutsTab } from './KnockoutsTab';
import { LongTailTab } from './LongTailTab';
import { NewRunLike } from './NewRunLike';
import { NoRoomNotice } from './NoRoomNotice';
import { PreparingPanel } from './PreparingPanel';
import { RunControls } from './RunControls';
import { RunFacts } from './RunFacts';
import { RunWords } from './RunWords';
import { RunRelations } from './RunRelations';
import { useCurves, useFindings } from './useCurves';
import { UsersTab } from './UsersTab';
import { RoutingTab } from '../routing/RoutingTab';
import { routerShape } from '../routing/frames';
import { FromFile } from '../sharing/FromFile';
import { ShareButton } from '../sharing/ShareButton';
import { TheirsBeside } from '../sharing/TheirsBeside';
import { UnreadableNotice, UnreadablePage } from '../unreadable/UnreadableNotice';
import { groupPath, stopWords } from '../readings/words';

const NO_CURVES: Curves = { epochs: [], intervals: [], stepsPerEpoch: 1 };

/** One run: running, finished, failed or interrupted. */
export function RunPage() {
  const { id = '' } = useParams();
  const loaded = useRuns((state) => state.loaded);
  const run = useRuns((state) => state.runs.find((one) => one.id === id));
  const unreadable = useRuns((state) => state.unreadable.find((one) => one.id === id));
  const navigate = useNavigate();
  if (run) return <KnownRun key={id} run={run} />;
  if (unreadable) return <UnreadablePage kind="run" document={unreadable} onDeleted={() => void navigate('/runs')} />;
  if (!loaded) return <Page title="Run">{null}</Page>;
  return (
    <Page title="Run not found">
      <Notice
        tone="warning"
        title={`There is no run ${id} here.`}
        actions={<ButtonLink to="/runs">All runs</ButtonLink>}
      >
        It may have been deleted, or it belongs to another browser.
      </Notice>
    </Page>
  );
}

/** The view is part of the address: one that is not there yet, or not for this model, waits behind the curves. */
function useView() {
  const [parameters, setParameters] = useSearchParams();
  return {
    value: parameters.get('view') ?? 'curves',
    onValueChange: (view: string) => setParameters({ view }, { replace: true }),
  };
}

function KnownRun({ run }: { readonly run: RunSummary }) {
  const navigate = useNavigate();
  const shown = useCurves(run.id);
  const findings = useFindings(run);
  const elsewhere = useRuns((state) => state.elsewhere && state.activeId === null);
  const place = useRuns((state) => state.queue.indexOf(run.id));
  const paused = useRuns((state) => run.group !== undefined && state.paused.includes(run.group.id));
  const stopped = stopWords(run);
  const curves = shown?.curves ?? NO_CURVES;
  const shape = useMemo(() => routerShape(run.experiment, findings), [run.experiment, findings]);
  const view = useView();
  const plainName = runName(run.experiment);
  return (
    <Page
      title={run.name}
      subtitle={run.name === plainName ? null : plainName}
      actions={
        <>
          <RunControls run={run} />
          {!isActive(run.status) && <NewRunLike experiment={run.experiment} />}
          {curves.epochs.length > 0 && <ShareButton ids={[run.id]} />}
          {curves.epochs.length > 0 && <RunExport run={run} epochs={curves.epochs} note={standIn({ findings })} />}
        </>
      }
    >
      <RunFacts run={run} />
      <RunWords run={run} />
      <RunRelations run={run} />
      {run.fault && <FaultNotice fault={run.fault} />}
      {shown?.fault &&
        (shown.fault.code === 'RUN_UNREADABLE' ? (
          <UnreadableNotice kind="run" document={run} fault={shown.fault} onDeleted={() => void navigate('/runs')} />
        ) : (
          <FaultNotice fault={shown.fault} />
        ))}
      {run.status === 'interrupted' && (
        <Notice
          tone="warning"
          title="This run was interrupted: its tab was closed or reloaded, or its worker was ended."
        >
          {run.epochsDone > 0
            ? 'Resume continues from the last checkpoint. Later epochs are trained again, with the same result.'
            : 'It had not finished an epoch. Resume starts it again.'}
        </Notice>
      )}
      {elsewhere && isActive(run.status) && (
        <Notice title="Another tab of this browser is training this run.">
          Its controls are in that tab. The numbers here are from the last stored epoch.
        </Notice>
      )}
      {stopped && <Notice title="This run was ended early.">{stopped}</Notice>}
      {run.status === 'queued' && paused && run.group && (
        <Notice
          title="This run is waiting because its sweep is paused."
          actions={<Link to={groupPath(run.group)}>The sweep</Link>}
        >
          It starts when you resume the sweep.
        </Notice>
      )}
      {run.status === 'queued' && !paused && (
        <Notice
          title={
            place <= 0 ? 'This run starts next.' : `${place} ${place === 1 ? 'run is' : 'runs are'} before this one.`
          }
        >
          {elsewhere
            ? 'Another tab of this browser is training, and only one trains at a time. That tab, or this one after it, continues the queue.'
            : 'It starts by itself when no other run is training.'}
        </Notice>
      )}
      {run.origin && <FromFile run={run} origin={run.origin} />}
      {run.theirs && <TheirsBeside run={run} theirs={run.theirs} />}
      <NoRoomNotice id={run.id} />
      <PreparingPanel id={run.id} />
      <Tabs
        label="Views of this run"
        {...view}
        tabs={[
          { value: 'curves', label: 'Curves', content: <CurvesTab run={run} curves={curves} findings={findings} /> },
          ...(shape
            ? [{ value: 'routing', label: 'Routing', content: <RoutingTab run={run} curves={curves} shape={shape} /> }]
            : []),
          ...(shownFindings(findings).length + odditiesOf(run.experiment.model, run.experiment.config).length > 0
            ? [
                {
                  value: 'findings',
                  label: 'Findings',
                  content: <FindingsTab findings={findings} experiment={run.experiment} />,
                },
              ]
            : []),
          { value: 'longTail', label: 'Long tail', content: <LongTailTab run={run} /> },
          { value: 'users', label: 'Users', content: <UsersTab run={run} /> },
          ...(!shape && readsFeatures(run.experiment.model, run.experiment.config)
            ? [{ value: 'knockouts', label: 'Knock-outs', content: <KnockoutsTab run={run} /> }]
            : []),
          ...(rankedByVectors(run.experiment)
            ? [{ value: 'projection', label: 'Projection', content: <ProjectionTab run={run} /> }]
            : []),
          { value: 'efficiency', label: 'Efficiency', content: <EfficiencyTab run={run} curves={curves} /> },
          { value: 'config', label: 'Config', content: <ConfigTab run={run} /> },
        ]}
      />
    </Page>
  );
}
