import { useMemo, useState } from 'react';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Checkbox, Field, TextArea } from '../ui/Field';
import { withCaption } from './caption';
import { fileName, saveBlob, saveText, svgToPng } from './download';
import { figureSvg, type Figure } from './figure';
import styles from './charts.module.css';

interface FigureDialogProps {
  readonly spec: Figure;
  /** What the chart shows, in words: where the caption starts from. */
  readonly summary: string;
  readonly onClose: () => void;
}

/** The chart redrawn for print: white ground, legible in one text column. */
export function FigureDialog({ spec, summary, onClose }: FigureDialogProps) {
  const [caption, setCaption] = useState(`${spec.title}. ${summary}`);
  const [drawn, setDrawn] = useState(false);
  const svg = useMemo(() => {
    const plain = 'svg' in spec ? spec.svg : figureSvg(spec);
    return drawn ? withCaption(plain, spec.title, caption) : plain;
  }, [spec, caption, drawn]);
  const [problem, setProblem] = useState<string | null>(null);
  const savePng = async (): Promise<void> => {
    try {
      saveBlob(fileName(spec.title, 'png'), await svgToPng(svg));
    } catch (error) {
      setProblem(
        `The image could not be made: ${error instanceof Error ? error.message : String(error)} Download the SVG instead.`,
      );
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Figure: ${spec.title}`}
      description="One text column wide (85 mm), with type that stays legible in print. The PNG has 380 dots per inch."
      actions={
        <>
          <Button onClick={() => void savePng()}>Download PNG</Button>
          <Button variant="primary" onClick={() => saveText(fileName(spec.title, 'svg'), 'image/svg+xml', svg)}>
            Download SVG
          </Button>
        </>
      }
    >
      <img
        className={styles.preview}
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`}
        alt={`Preview of the figure ${spec.title}`}
      />
      <Field label="Caption">
        {(control) => (
          <TextArea {...control} rows={3} value={caption} onChange={(event) => setCaption(event.target.value)} />
        )}
      </Field>
      <Checkbox label="under the figure, in the file" checked={drawn} onCheckedChange={setDrawn} />
      {problem && (
        <p className={styles.notice} role="alert">
          {problem}
        </p>
      )}
    </Dialog>
  );
}
