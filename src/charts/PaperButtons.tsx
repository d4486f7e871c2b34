import { useState } from 'react';
import { Button } from '../ui/Button';
import { CopyButtons } from '../ui/CopyButtons';
import { DataDialog } from './DataDialog';
import { toLatex, toMarkdown, type PaperTable } from './paperTable';
import type { ChartTable } from './table';

interface PaperButtonsProps {
  /** Names the table in the data dialog and for screen readers. */
  readonly title: string;
  readonly paper: () => PaperTable;
  /** In full precision. */
  readonly data: () => ChartTable;
  /** The page's main table: its buttons need no longer name. */
  readonly main?: boolean;
}

/** A table for a paper (LaTeX), for a message (Markdown) and for a program (CSV). */
export function PaperButtons({ title, paper, data, main = false }: PaperButtonsProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <CopyButtons
        texts={[
          { what: 'LaTeX', text: () => toLatex(paper()) },
          { what: 'Markdown', text: () => toMarkdown(paper()) },
        ]}
        {...(!main && { of: title })}
      />
      <Button
        small
        variant="quiet"
        {...(!main && { 'aria-label': `Numbers of ${title}` })}
        onClick={() => setOpen(true)}
      >
        Numbers
      </Button>
      {open && <DataDialog title={title} table={data()} onClose={() => setOpen(false)} />}
    </>
  );
}
