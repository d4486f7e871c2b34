import { useRef, useState, type ComponentProps } from 'react';
import { pickedFiles } from '../../ui/droppedFiles';
import { formatCount, plural } from '../../ui/format';
import { Button } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { useFileDrop } from '../../ui/useFileDrop';
import type { Fault } from '../../domain/errors';
import type { NamedFile } from '../../domain/protocol';
import type { FoundInputs } from '../../domain/reasoning';
import { useEncoders } from '../../state/encoders';
import { useReasoning } from '../../state/reasoning';
import { ImportedTexts } from './ImportedTexts';
import styles from './reasoning.module.css';

/** What there is to reason about, and how more of it comes in. */
export function InputsPanel() {
  const { survey, phase, status, importFiles } = useReasoning();
  const { take: takeEncoder } = useEncoders();
  const [found, setFound] = useState<FoundInputs | null>(null);
  const [dropFault, setDropFault] = useState<Fault | null>(null);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const busy = phase !== null || status.name === 'running' || status.name === 'pausing';
  const take = (picked: readonly NamedFile[]): void => {
    if (busy || picked.length === 0) return;
    setDropFault(null);
    if (picked.some(({ path }) => path.endsWith('.onnx'))) return void takeEncoder(picked);
    void importFiles(picked).then(setFound);
  };
  useFileDrop(take, setDropFault);
  const pick = (input: HTMLInputElement): void => {
    take(pickedFiles(input.files));
    // Picking the same file again must be an event too.
    input.value = '';
  };
  const counts = survey?.counts;
  return (
    <Panel title="Inputs" note="drop files anywhere on this page">
      {dropFault && <FaultNotice fault={dropFault} />}
      {counts && (
        <StatList>
          <Stat label="Items with a text" value={formatCount(counts.texts)} note={`of ${formatCount(counts.items)}`} />
          <Stat
            label="Items with a picture"
            value={formatCount(counts.images)}
            note={`of ${formatCount(counts.items)}`}
          />
          <Stat label="Items with neither" value={formatCount(counts.neither)} note="zero vectors" />
          <Stat
            label="Users without a history"
            value={formatCount(counts.withoutHistory)}
            note={`of ${formatCount(counts.users)}; zero vectors`}
          />
        </StatList>
      )}
      <p className={styles.help}>
        Texts: a CSV, TSV or JSONL file with a column <code>id</code> (<code>itemID</code>, <code>asin</code>) and any
        of <code>title</code>, <code>brand</code>, <code>categories</code>, <code>description</code>. Pictures: JPEG,
        PNG, WebP or GIF in files, a folder or a .zip, named by the item’s id, or by a table with the columns{' '}
        <code>id</code> and <code>file</code>; pictures larger than 1024 pixels a side are sent smaller. Ids are those
        of the dataset’s files, or indices if it has no others.
      </p>
      <div className={styles.row}>
        <Button onClick={() => files.current?.click()} disabled={busy}>
          Choose files
        </Button>
        <Button onClick={() => folder.current?.click()} disabled={busy}>
          Choose a folder
        </Button>
        <span role="status" className={styles.help}>
          {phase?.text}
        </span>
      </div>
      <input
        ref={files}
        type="file"
        hidden
        tabIndex={-1}
        aria-label="Item texts and pictures"
        multiple
        onChange={(event) => pick(event.target)}
      />
      <input
        ref={folder}
        type="file"
        hidden
        tabIndex={-1}
        aria-label="Folder of item pictures"
        {...FOLDER}
        onChange={(event) => pick(event.target)}
      />
      {found && (
        <Notice
          tone={found.strangers > 0 ? 'warning' : 'ok'}
          live="polite"
          title={`${plural(found.texts, 'text')} and ${plural(found.pictures, 'picture')} stored.`}
        >
          {found.strangers > 0 &&
            `${plural(found.strangers, 'text or picture', 'texts or pictures')} did not match any item of this dataset. `}
          {found.leftOut.length > 0 && `Skipped (neither texts nor pictures): ${found.leftOut.slice(0, 5).join(', ')}.`}
        </Notice>
      )}
      <ImportedTexts busy={busy} />
    </Panel>
  );
}

// React's types leave out this attribute.
const FOLDER: ComponentProps<'input'> & { webkitdirectory: string } = { webkitdirectory: '' };
