import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { formatBytes, formatDateTime } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button, ButtonLink } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Columns, Page } from '../../ui/Page';
import { Panel, Surface } from '../../ui/Panel';
import { profilesOf, type DatasetDocument } from '../../domain/dataset';
import { useDatasets } from '../../state/datasets';
import { DatasetExport } from '../exports/DatasetExport';
import { UnreadablePage } from '../unreadable/UnreadableNotice';
import { DegreeChart } from './DegreeChart';
import { LeakagePanel } from './LeakagePanel';
import { ModelCautions } from './ModelCautions';
import { DeleteDataset } from './DeleteDataset';
import { DatasetIdentity } from './DatasetIdentity';
import { FeaturePanels } from './FeaturePanels';
import { ReadingList } from './ReadingList';
import { ReasoningOrigin } from './ReasoningOrigin';
import { PowerPanel } from './PowerPanel';
import { problemCounts, ProblemList } from './ProblemList';
import { RatingsChart } from './RatingsChart';
import { DatasetNumbers, SplitTable } from './StatisticsPanels';

/** One dataset: what its paper's table says of it, and what the check saw. */
export function DatasetPage() {
  const { id } = useParams();
  const { loaded, datasets, unreadable } = useDatasets();
  const navigate = useNavigate();
  const dataset = datasets.find((one) => one.id === id);
  if (dataset) return <Known dataset={dataset} />;
  const damaged = unreadable.find((one) => one.id === id);
  if (damaged) return <UnreadablePage kind="dataset" document={damaged} onDeleted={() => void navigate('/data')} />;
  if (!loaded) return <Page title="Dataset">Reading the list of datasets …</Page>;
  return (
    <Page title="Dataset">
      <Notice
        title="This dataset is not stored in this browser."
        actions={<ButtonLink to="/data">Open Data</ButtonLink>}
      >
        It may have been deleted, or the address comes from another browser. Import its files again.
      </Notice>
    </Page>
  );
}

function Known({ dataset }: { readonly dataset: DatasetDocument }) {
  const { currentId, select } = useDatasets();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const { statistics, problems } = dataset;
  const made = dataset.source.kind === 'files' ? 'imported' : 'made here';
  return (
    <Page
      title={dataset.name}
      subtitle={`${made} ${formatDateTime(dataset.createdAt)} · ${formatBytes(dataset.bytes)}${dataset.id === currentId ? ' · current dataset' : ''}`}
      actions={
        <>
          <ButtonLink to={`/data/${dataset.id}/reasoning`}>Reasoning</ButtonLink>
          <DatasetExport dataset={dataset} />
          <Button onClick={() => setDeleting(true)}>
            <Icon name="trash" /> Delete
          </Button>
          <Button variant="primary" onClick={() => void select(dataset.id).then(() => navigate('/experiment'))}>
            Use in an experiment
          </Button>
        </>
      }
    >
      <DatasetNumbers dataset={dataset} />
      <Columns min={400}>
        <SplitTable statistics={statistics} split={dataset.split} />
        <DatasetIdentity dataset={dataset} />
      </Columns>
      <Columns min={400}>
        <Surface>
          <DegreeChart statistics={statistics} />
        </Surface>
        {statistics.ratings && (
          <Surface>
            <RatingsChart ratings={statistics.ratings} />
          </Surface>
        )}
      </Columns>
      <FeaturePanels features={dataset.features} />
      {dataset.source.kind === 'files' && dataset.source.reading && <ReadingList reading={dataset.source.reading} />}
      {dataset.source.kind === 'reasoning' && <ReasoningOrigin provenance={dataset.source.provenance} />}
      {profilesOf(dataset) && <LeakagePanel dataset={dataset} />}
      <PowerPanel fingerprint={dataset.fingerprint} />
      <ModelCautions dataset={dataset} />
      {problems.length > 0 && (
        <Panel title="Accepted at import" note={problemCounts(problems)}>
          <ProblemList problems={problems} />
        </Panel>
      )}
      <DeleteDataset
        dataset={deleting ? dataset : null}
        onClose={() => setDeleting(false)}
        onDeleted={() => void navigate('/data')}
      />
    </Page>
  );
}
