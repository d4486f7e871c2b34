import { useState } from 'react';
import { Button } from './Button';

interface CopyButtonsProps {
  /** What each button copies; the text is made when it is pressed. */
  readonly texts: readonly { readonly what: string; readonly text: () => string }[];
  /** What the table is about, for screen readers, on pages with several tables. */
  readonly of?: string;
}

/** Copies a text to the clipboard and says so. */
export function CopyButtons({ texts, of }: CopyButtonsProps) {
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
      {texts.map(({ what, text }) => (
        <Button
          key={what}
          small
          variant="quiet"
          {...(of && { 'aria-label': `Copy ${what} of ${of}` })}
          onClick={() => copy(what, text())}
        >
          Copy {what}
        </Button>
      ))}
    </>
  );
}
