import { useCallback, useState } from 'react';
import { useNavigate } from 'react-router';
import { Button, ButtonLink } from '../../ui/Button';
import { Disclosure } from '../../ui/Disclosure';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import type { Fault } from '../../domain/errors';
import { PaperButtons } from '../../charts/PaperButtons';
import type { NamedFile } from '../../domain/protocol';
import { filterWords } from '../../domain/reading';
import { useDatasets } from '../../state/datasets';
import { isRefused } from '../../state/importJob';
import { useRuns } from '../../state/runs';
import { useImport } from '../../state/sharing';
import { BackupButton } from '../sharing/BackupButton';
import { isStudy } from '../sharing/studyNames';
import { UnreadablePanel } from '../unreadable/UnreadablePanel';
import styles from './DataPage.module.css';
import { datasetPaper, datasetsTable } from './datasetPaper';
import { DatasetTable } from './DatasetTable';
import { DemoCard } from './DemoCard';
import { DropArea } from './DropArea';
import { FolderLayout } from './FolderLayout';
import { DEFAULT_DRAFT, optionsOf, suggestedName } from './importDraft';
import { ImportOptionsForm } from './ImportOptionsForm';
import { ImportPanel } from './ImportPanel';
import { roleWords } from './readingWords';
import { Welcome } from './Welcome';

/** Brings datasets in and lists what is stored. On the first visit the drop area fills the page. */
export function DataPage() {
  const { loaded, fault, datasets, unreadable, job, storedId, expected, importFiles, dismiss } = useDatasets();
  const [draft, setDraft] = useState(DEFAULT_DRAFT);
  const navigate = useNavigate();
  const [dropFault, setDropFault] = useState<Fault | null>(null);
  // Without storage nothing can be kept, so nothing is asked for.
  const open = !fault;
  const busy = job !== null && job.kind === 'files' && job.stage.name !== 'failed' && !isRefused(job);
  const own = datasets.filter(({ source }) => source.kind === 'files');
  const large = own.length === 0 && job?.kind !== 'files';
  const listed = useRuns((state) => state.loaded);
  const runs = useRuns((state) => state.runs.length + state.unreadable.length);
  const stored = datasets.find(({ id }) => id === storedId);

  const onFiles = useCallback(
    (files: readonly NamedFile[]): void => {
      setDropFault(null);
      if (files.some(isStudy)) {
        void useImport.getState().importFiles(files);
        return void navigate('/runs');
      }
      if (busy) return setDropFault(BUSY);
      if (files.length === 0) return setDropFault(NOTHING);
      const options = optionsOf(draft, suggestedName(files));
      if (!options) return setDropFault(WRONG_OPTIONS);
      importFiles(files, options);
    },
    [busy, draft, importFiles, navigate],
  );

  return (
    <Page title="Data" actions={datasets.length > 0 && <BackupButton />}>
      {/* The frame says that this page is too old for what is stored. */}
      {fault && fault.code !== 'STORE_NEWER' && <FaultNotice fault={fault} />}
      {dropFault && <FaultNotice fault={dropFault} />}
      {stored && stored.source.kind === 'files' && (
        <Notice
          tone="ok"
          live="polite"
          title={`${stored.name} is stored and is the current dataset.`}
          actions={
            <>
              <ButtonLink to={`/data/${stored.id}`}>View the dataset</ButtonLink>
              <ButtonLink variant="primary" to="/experiment" onClick={dismiss}>
                Use in an experiment
              </ButtonLink>
            </>
          }
        />
      )}
      {expected && !job && (
        <Notice
          title="The next files are read as they were for the shared study."
          actions={<Button onClick={() => useDatasets.setState({ expected: null })}>Read them afresh</Button>}
        >
          {[
            ...Object.entries(expected.files).map(([name, reading]) => `${name}: ${roleWords(reading).toLowerCase()}`),
            ...(expected.filters ? [`kept: ${filterWords(expected.filters)}`] : []),
          ].join('; ')}
        </Notice>
      )}
      {open && loaded && large && listed && runs === 0 && <Welcome />}
      {job?.kind === 'files' && <ImportPanel key={job.id} job={job} />}
      {open && !busy && (
        <div className={styles.bring} data-large={large}>
          <DropArea large={large} onFiles={onFiles} onFault={setDropFault} />
          {loaded && large && <DemoCard />}
        </div>
      )}
      {open && !busy && <ImportOptionsForm draft={draft} onChange={setDraft} />}
      {!busy && large && (
        <Panel title="What can be dropped" plain>
          <FolderLayout />
        </Panel>
      )}
      {datasets.length > 0 && (
        <Panel
          title="Stored in this browser"
          actions={
            <PaperButtons
              title="all datasets"
              paper={() => datasetPaper(datasets)}
              data={() => datasetsTable(datasets)}
            />
          }
        >
          <DatasetTable />
        </Panel>
      )}
      <UnreadablePanel kind="dataset" documents={unreadable} />
      {!busy && loaded && !large && (
        <>
          <Disclosure title="What can be dropped" summary="MMRec folders, tables, split files, JSON, lists, downloads">
            <FolderLayout />
          </Disclosure>
          {!datasets.some(({ source }) => source.kind === 'demo') && <DemoCard />}
        </>
      )}
    </Page>
  );
}

const BUSY: Fault = {
  code: 'FILE_UNREADABLE',
  message: 'Another import is running.',
  hint: 'Finish or cancel it first.',
  context: {},
};

const NOTHING: Fault = {
  code: 'DATA_NO_INTERACTIONS',
  message: 'There are no files in what you dropped.',
  hint: 'Drop a folder with a file of interactions: a table, JSON, lists of items or a sparse matrix.',
  context: {},
};

const WRONG_OPTIONS: Fault = {
  code: 'CONFIG_INVALID',
  message: 'An import option has an invalid number.',
  hint: 'Correct it under Import options, then drop the files again.',
  context: {},
};
