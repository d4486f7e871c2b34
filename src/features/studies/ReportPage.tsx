import { useEffect, useState } from 'react';
import { useParams } from 'react-router';
import { fileName, saveBlob, saveText } from '../../charts/download';
import type { Report, ReportBlock } from '../../domain/report';
import { zippedFiles } from '../../sharing/zipped';
import { useReports } from '../../state/reports';
import { useRuns } from '../../state/runs';
import { useStudies } from '../../state/studies';
import { Button, ButtonLink, IconButton } from '../../ui/Button';
import { Field, Input } from '../../ui/Field';
import { formatDateTime } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { AddBlock } from './AddBlock';
import { BlockEditor } from './BlockEditor';
import { BLOCK_WORDS, moved } from './blocks';
import { reportHtml, reportLatex, type Exported } from './exports';
import { linkOf } from './link';
import { PieceView } from './PieceView';
import { piecesOf, type Material } from './pieces';
import { useMaterial } from './useMaterial';
import styles from './studies.module.css';

/** A report: words, tables and figures that follow the runs. */
export function ReportPage() {
  const { id = '' } = useParams();
  const report = useReports((state) => state.reports.find((one) => one.id === id));
  const loaded = useReports((state) => state.loaded);
  const runsLoaded = useRuns((state) => state.loaded);
  useEffect(() => {
    void useReports.getState().load();
    void useStudies.getState().load();
  }, []);
  if (report && runsLoaded) return <KnownReport key={id} report={report} />;
  if (!loaded || !runsLoaded) return <Page title="Report">{null}</Page>;
  return (
    <Page title="Report not found">
      <Notice
        tone="warning"
        title={`There is no report ${id} here.`}
        actions={<ButtonLink to="/studies">Studies and reports</ButtonLink>}
      >
        It was deleted, or it belongs to another browser.
      </Notice>
    </Page>
  );
}

function KnownReport({ report }: { readonly report: Report }) {
  const storing = useReports((state) => state.fault);
  const material = useMaterial(report);
  const [editing, setEditing] = useState<string | null>(null);
  const change = (blocks: readonly ReportBlock[]): void =>
    void useReports.getState().change(report.id, () => ({ blocks }));
  const add = (block: ReportBlock): void => {
    change([...report.blocks, block]);
    if (block.kind === 'text') setEditing(block.id);
  };
  return (
    <Page
      title={report.title}
      subtitle={`Report · changed ${formatDateTime(report.changedAt)}`}
      actions={<Save report={report} material={material} />}
    >
      {storing && <FaultNotice fault={storing} />}
      {material.fault && <FaultNotice fault={material.fault} />}
      <div className={styles.report}>
        <Title report={report} />
        {report.blocks.map((block, place) => (
          <section key={block.id} className={styles.block} aria-label={`${BLOCK_WORDS[block.kind]}, part ${place + 1}`}>
            {editing === block.id ? (
              <BlockEditor
                block={block}
                onCancel={() => setEditing(null)}
                onSave={(next) => {
                  change(report.blocks.map((one) => (one.id === next.id ? next : one)));
                  setEditing(null);
                }}
              />
            ) : (
              piecesOf(block, material).map((piece, i) => <PieceView key={i} piece={piece} />)
            )}
            <BlockTools
              block={block}
              place={place}
              of={report.blocks.length}
              onEdit={() => setEditing(block.id)}
              onMove={(by) => change(moved(report.blocks, block.id, by))}
              onRemove={() => change(report.blocks.filter((one) => one.id !== block.id))}
            />
          </section>
        ))}
        <AddBlock material={material} onAdd={add} />
      </div>
    </Page>
  );
}

function Title({ report: { id, title } }: { readonly report: Report }) {
  const [draft, setDraft] = useState(title);
  const save = (): void => {
    const next = draft.trim();
    if (next === '') setDraft(title);
    else if (next !== title) void useReports.getState().change(id, () => ({ title: next }));
  };
  return (
    <Field label="Title">
      {(control) => (
        <Input
          {...control}
          maxLength={200}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={save}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
          }}
        />
      )}
    </Field>
  );
}

interface BlockToolsProps {
  readonly block: ReportBlock;
  readonly place: number;
  readonly of: number;
  readonly onEdit: () => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

function BlockTools({ block, place, of, onEdit, onMove, onRemove }: BlockToolsProps) {
  const what = `${BLOCK_WORDS[block.kind].toLowerCase()}, part ${place + 1}`;
  return (
    <div className={styles.tools}>
      {block.kind !== 'appendix' && (
        <Button small variant="quiet" aria-label={`Edit ${what}`} onClick={onEdit}>
          Edit
        </Button>
      )}
      <Button small variant="quiet" aria-label={`Move ${what} up`} disabled={place === 0} onClick={() => onMove(-1)}>
        ↑
      </Button>
      <Button
        small
        variant="quiet"
        aria-label={`Move ${what} down`}
        disabled={place === of - 1}
        onClick={() => onMove(1)}
      >
        ↓
      </Button>
      <IconButton small label={`Remove ${what}`} icon={<Icon name="trash" />} onClick={onRemove} />
    </div>
  );
}

interface SaveProps {
  readonly report: Report;
  readonly material: Material & { readonly complete: boolean };
}

/** Saves the report as it stands. */
function Save({ report, material }: SaveProps) {
  const [fault, setFault] = useState<string | null>(null);
  const save = (as: 'html' | 'latex'): void => {
    setFault(null);
    void exported(report, material)
      .then(async (content) => {
        if (as === 'html') saveText(fileName(report.title, 'html'), 'text/html', reportHtml(content));
        else saveBlob(fileName(report.title, 'zip'), await zippedFiles(reportLatex(content), new Date()));
      })
      .catch((error: unknown) => setFault(error instanceof Error ? error.message : String(error)));
  };
  return (
    <>
      {fault && <span role="alert">{fault}</span>}
      <Button disabled={!material.complete} onClick={() => save('html')}>
        <Icon name="download" />
        HTML
      </Button>
      <Button disabled={!material.complete} onClick={() => save('latex')}>
        <Icon name="download" />
        LaTeX
      </Button>
    </>
  );
}

const exported = async (report: Report, material: Material): Promise<Exported> => ({
  report,
  pieces: report.blocks.flatMap((block) => piecesOf(block, material)),
  link: await linkOf([...material.documents.values()], material.datasets),
});
