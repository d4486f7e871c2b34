import { useRef, useState } from 'react';
import { Link } from 'react-router';
import { pickedFiles } from '../../ui/droppedFiles';
import { plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { ProgressBar } from '../../ui/ProgressBar';
import { useFileDrop } from '../../ui/useFileDrop';
import type { Fault } from '../../domain/errors';
import type { ImportReport, NamedFile } from '../../domain/protocol';
import { useImport } from '../../state/sharing';
import { HandleSource, isStudyFolder, studyAmong } from '../../state/studyFolder';
import { useStudyWatch } from '../../state/studyWatch';
import { STUDY_ENDINGS } from './studyNames';

/** Picks files of runs. They can also be dropped anywhere on the page that shows `ImportedRuns`. */
export function ImportButton() {
  const input = useRef<HTMLInputElement>(null);
  const busy = useImport((state) => state.phase !== null);
  return (
    <>
      <Button disabled={busy} onClick={() => input.current?.click()}>
        <Icon name="folder" />
        Import runs…
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        tabIndex={-1}
        accept={STUDY_ENDINGS}
        aria-label="Run files"
        onChange={({ target }) => {
          const picked = pickedFiles(target.files);
          // Picking the same file again must be an event too.
          target.value = '';
          void useImport.getState().importFiles(picked);
        }}
      />
    </>
  );
}

/** Takes files of runs that are dropped on the page, and says what became of them. */
export function ImportedRuns() {
  const { phase, report, fault, dismiss } = useImport();
  const [dropFault, setDropFault] = useState<Fault | null>(null);
  const over = useFileDrop(takeFiles, setDropFault, takeFolder);
  return (
    <>
      {over && (
        <Notice title="Drop run files here.">
          .lodestone.json, with .safetensors if there are any, a backup, or a study’s folder.
        </Notice>
      )}
      {dropFault && (
        <FaultNotice fault={dropFault} actions={<Button onClick={() => setDropFault(null)}>Close</Button>} />
      )}
      {phase && <ProgressBar label="Importing runs" fraction={phase.fraction} text={phase.text} />}
      {fault && <FaultNotice fault={fault} actions={<Button onClick={dismiss}>Close</Button>} />}
      {report && <Report report={report} onClose={dismiss} />}
    </>
  );
}

/** The folder of a study is opened; everything else is imported. */
const takeFiles = (files: readonly NamedFile[]): void => {
  const study = studyAmong(files);
  void (study ? useStudyWatch.getState().open(study) : useImport.getState().importFiles(files));
};

async function takeFolder(folder: FileSystemDirectoryHandle): Promise<'taken' | 'files'> {
  if (!(await isStudyFolder(folder))) return 'files';
  void useStudyWatch.getState().open(new HandleSource(folder));
  return 'taken';
}

function Report({ report, onClose }: { readonly report: ImportReport; readonly onClose: () => void }) {
  const { runs, known, copies, weights, answers, written, datasets, refused } = report;
  const [only] = runs;
  const parts = [
    ...(datasets.length > 0
      ? [`${plural(datasets.length, 'dataset')} restored: ${datasets.map(({ name }) => name).join(', ')}.`]
      : []),
    ...(copies > 0
      ? [
          `${plural(copies, 'run')} had another state here and ${copies === 1 ? 'was' : 'were'} stored as ${copies === 1 ? 'a copy' : 'copies'}.`,
        ]
      : []),
    ...(known > 0 ? [`${known} ${known === 1 ? 'was' : 'were'} already here and left unchanged.`] : []),
    ...(written > 0 ? [`${plural(written, 'name, report or preset', 'names, reports and presets')} restored.`] : []),
    ...(answers > 0 ? [`${plural(answers, 'answer')} of model servers restored.`] : []),
    ...(weights > 0 ? [`${plural(weights, 'run')} got ${weights === 1 ? 'its' : 'their'} weights.`] : []),
  ];
  const nothing =
    runs.length === 0 && datasets.length === 0 && known === 0 && weights === 0 && answers === 0 && written === 0;
  return (
    <>
      {!nothing && (
        <Notice
          tone="ok"
          live="polite"
          title={runs.length === 0 ? 'No new runs.' : `${plural(runs.length, 'run')} imported.`}
          actions={
            <>
              {only && runs.length === 1 && <Link to={`/runs/${only.id}`}>{only.name}</Link>}
              <Button onClick={onClose}>Close</Button>
            </>
          }
        >
          {parts.join(' ')}
        </Notice>
      )}
      {refused.map(({ file, fault }) => (
        <FaultNotice key={file} fault={fault} actions={nothing && <Button onClick={onClose}>Close</Button>} />
      ))}
    </>
  );
}
