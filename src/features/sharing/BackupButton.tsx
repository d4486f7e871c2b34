import { useState } from 'react';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { BackupDialog } from './BackupDialog';

/** Saves everything that this browser keeps for the page. */
export function BackupButton({ small = false }: { readonly small?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small={small} onClick={() => setOpen(true)}>
        <Icon name="download" />
        Back up…
      </Button>
      {open && <BackupDialog onClose={() => setOpen(false)} />}
    </>
  );
}
