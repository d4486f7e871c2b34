import { useId, useState, type ReactNode } from 'react';
import { Button } from '../ui/Button';
import { DataDialog } from './DataDialog';
import type { Figure } from './figure';
import { FigureDialog } from './FigureDialog';
import { MARK_GLYPHS, type MarkShape } from './marks';
import { seriesStyle } from './palette';
import type { ChartTable } from './table';
import { useWidth } from './useWidth';
import { Swatch } from './Swatch';
import styles from './charts.module.css';

export interface LegendEntry {
  readonly name: string;
  readonly slot: number;
  readonly shape: MarkShape;
}

interface ChartFrameProps {
  readonly title: string;
  /** Read in place of the picture. */
  readonly summary: string;
  /** Asked for when a dialog opens, so that a live chart pays nothing for it. */
  readonly table: () => ChartTable;
  readonly figure: () => Figure;
  readonly height: number;
  readonly empty: boolean;
  /** What is said instead of an empty picture. */
  readonly emptyText?: string;
  readonly notice?: string | null;
  readonly legend?: readonly LegendEntry[];
  /** Lines as buttons that hide and show them, in place of names at their ends. */
  readonly lines?: readonly { readonly name: string; readonly slot: number; readonly shown: boolean }[];
  readonly onToggle?: (name: string) => void;
  /** Stands where the title is; the title is then only read out. */
  readonly heading?: ReactNode;
  /** Controls of this chart: smoothing, axes. */
  readonly tools?: ReactNode;
  readonly children: (width: number) => ReactNode;
}

/** What every chart has: a title, its controls, "Numbers" and "Save figure" in the same corner, and a summary in words. */
export function ChartFrame({
  title,
  summary,
  table,
  figure,
  height,
  empty,
  emptyText,
  notice,
  legend = [],
  lines = [],
  onToggle,
  heading,
  tools,
  children,
}: ChartFrameProps) {
  const id = useId();
  const { ref, width } = useWidth();
  const [dialog, setDialog] = useState<'data' | 'figure' | null>(null);
  return (
    <figure className={styles.frame} aria-labelledby={`${id}-title`} aria-describedby={`${id}-summary`}>
      <div className={styles.head}>
        <figcaption id={`${id}-title`} className={heading ? 'visually-hidden' : styles.title}>
          {title}
        </figcaption>
        {heading && <div className={styles.title}>{heading}</div>}
        <div className={styles.tools}>
          {tools}
          <Button
            variant="quiet"
            small
            className={styles.export}
            disabled={empty}
            aria-label={`Numbers of ${title}`}
            onClick={() => setDialog('data')}
          >
            Numbers
          </Button>
          <Button
            variant="quiet"
            small
            className={styles.export}
            disabled={empty}
            aria-label={`Save figure of ${title}`}
            onClick={() => setDialog('figure')}
          >
            Save figure
          </Button>
        </div>
      </div>
      {legend.length > 0 && (
        <ul className={styles.legend}>
          {legend.map(({ name, slot, shape }) => (
            <li key={name}>
              <span aria-hidden style={{ color: seriesStyle(slot).colour }}>
                {MARK_GLYPHS[shape]}
              </span>{' '}
              {name}
            </li>
          ))}
        </ul>
      )}
      {lines.length > 0 && (
        <ul className={styles.legend}>
          {lines.map(({ name, slot, shown }) => (
            <li key={name}>
              <button type="button" className={styles.toggle} aria-pressed={shown} onClick={() => onToggle?.(name)}>
                <Swatch slot={slot} />
                {name}
              </button>
            </li>
          ))}
        </ul>
      )}
      {notice && (
        <p className={styles.notice} role="status">
          {notice}
        </p>
      )}
      <div ref={ref} className={styles.body} style={{ height }}>
        {empty ? <p className={styles.empty}>{emptyText ?? 'Nothing to draw.'}</p> : width > 0 && children(width)}
      </div>
      <p id={`${id}-summary`} className="visually-hidden">
        {summary}
      </p>
      {dialog === 'data' && <DataDialog title={title} table={table()} onClose={() => setDialog(null)} />}
      {dialog === 'figure' && <FigureDialog spec={figure()} summary={summary} onClose={() => setDialog(null)} />}
    </figure>
  );
}
