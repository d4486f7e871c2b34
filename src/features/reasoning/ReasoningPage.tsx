import { useEffect } from 'react';
import { useNavigate, useParams } from 'react-router';
import { ButtonLink } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Columns, Page } from '../../ui/Page';
import type { DatasetDocument } from '../../domain/dataset';
import { useDatasets } from '../../state/datasets';
import { useReasoning } from '../../state/reasoning';
import { UnreadablePage } from '../unreadable/UnreadableNotice';
import { AttributesPanel } from './AttributesPanel';
import { BrowsePanel } from './BrowsePanel';
import { ChoicesPanel } from './ChoicesPanel';
import { InputsPanel } from './InputsPanel';
import { PipelinePanel } from './PipelinePanel';
import { PromptsPanel } from './PromptsPanel';
import { ServerPanel } from './ServerPanel';
import { SideBySidePanel } from './SideBySidePanel';

/** MLLMRec's reasoning stage for one dataset: texts and vectors from the person's own model server. */
export function ReasoningPage() {
  const { id } = useParams();
  const { loaded, datasets, unreadable } = useDatasets();
  const navigate = useNavigate();
  const dataset = datasets.find((one) => one.id === id);
  if (dataset) return <Known key={dataset.id} dataset={dataset} />;
  const damaged = unreadable.find((one) => one.id === id);
  if (damaged) return <UnreadablePage kind="dataset" document={damaged} onDeleted={() => void navigate('/data')} />;
  if (!loaded) return <Page title="Reasoning">Reading the list of datasets …</Page>;
  return (
    <Page title="Reasoning">
      <Notice
        title="This dataset is not stored in this browser."
        actions={<ButtonLink to="/data">Open Data</ButtonLink>}
      >
        It may have been deleted, or the address comes from another browser.
      </Notice>
    </Page>
  );
}

function Known({ dataset }: { readonly dataset: DatasetDocument }) {
  const { open, job, fault } = useReasoning();
  useEffect(() => void open(dataset.id), [open, dataset.id]);
  const current = job?.datasetId === dataset.id ? job : null;
  return (
    <Page
      title={`Reasoning: ${dataset.name}`}
      subtitle="Your model server describes the items’ pictures and writes a profile of every user from the training history; for LLMRec it also answers attributes and choices. The server or this page then encodes the texts."
      actions={<ButtonLink to={`/data/${dataset.id}`}>The dataset</ButtonLink>}
    >
      {fault && <FaultNotice fault={fault} />}
      {!current && <p>Reading stored answers …</p>}
      {current && (
        <>
          <Columns min={400}>
            <ServerPanel settings={current.settings} />
            <InputsPanel />
          </Columns>
          <PromptsPanel settings={current.settings} />
          <Columns min={400}>
            <AttributesPanel settings={current.settings} />
            <ChoicesPanel dataset={dataset} settings={current.settings} />
          </Columns>
          <PipelinePanel dataset={dataset} settings={current.settings} />
          <BrowsePanel job={current} dataset={dataset} />
          <SideBySidePanel dataset={dataset} />
        </>
      )}
    </Page>
  );
}
