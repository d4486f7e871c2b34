import { useState } from 'react';
import { Button } from '../../app/primitives/Button';
import { toLatex, toMarkdown, type ResultRow } from './resultRows';

interface CopyButtonsProps {
  readonly rows: readonly ResultRow[];
  readonly caption: string;
}

/** The table for a paper or a message. */
export function CopyButtons({ rows, caption }: CopyButtonsProps) {
  const [said, setSaid] = useState('');
  const copy = (what: string, text: string): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid(`${what} copied`),
      () => setSaid('The browser did not allow copying'),
    );
  };
  return (
    <>
      <span role="status">{said}</span>
      <Button small variant="quiet" onClick={() => copy('LaTeX', toLatex(rows, caption))}>
        Copy LaTeX
      </Button>
      <Button small variant="quiet" onClick={() => copy('Markdown', toMarkdown(rows))}>
        Copy Markdown
      </Button>
    </>
  );
}
