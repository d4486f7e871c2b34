import { AlertDialog, Dialog as Radix } from 'radix-ui';
import { useLayoutEffect, useState, type ReactNode } from 'react';
import { Icon } from './Icon';
import { Button, IconButton } from './Button';
import styles from './Dialog.module.css';

/** With `useStillPage` instead of Radix's overlay, which writes a <style> element that the content policy refuses. */
const scrim = <div className={styles.scrim} />;

interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
  /** Buttons, right-aligned, the main one last. */
  readonly actions?: ReactNode;
  readonly wide?: boolean;
}

export function Dialog({ open, onOpenChange, ...content }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        {scrim}
        <DialogContent {...content} />
      </Radix.Portal>
    </Radix.Root>
  );
}

function DialogContent({
  title,
  description,
  children,
  actions,
  wide = false,
}: Omit<DialogProps, 'open' | 'onOpenChange'>) {
  const giveBack = useFocusGivenBack();
  useStillPage();
  return (
    <Radix.Content
      className={styles.dialog}
      data-wide={wide}
      onOpenAutoFocus={focusDialog}
      onCloseAutoFocus={giveBack}
      {...(description === undefined && { 'aria-describedby': undefined })}
    >
      <div className={styles.head}>
        <Radix.Title className={styles.title}>{title}</Radix.Title>
        <Radix.Close asChild>
          <IconButton label="Close" icon={<Icon name="close" />} />
        </Radix.Close>
      </div>
      {description !== undefined && (
        <Radix.Description asChild>
          <div className={styles.description}>{description}</div>
        </Radix.Description>
      )}
      {children}
      {actions && <div className={styles.actions}>{actions}</div>}
    </Radix.Content>
  );
}

/** The dialog itself takes the focus: on the Close button it would open a tooltip, which would take the first Escape. */
function focusDialog(event: Event): void {
  if (!(event.target instanceof HTMLElement)) return;
  event.preventDefault();
  event.target.focus();
}

/** Keeps the page under a dialog from scrolling, and from moving aside where its scroll bar was. */
function useStillPage(): void {
  useLayoutEffect(() => {
    const { style, clientWidth } = document.documentElement;
    // A dialog over a dialog finds it done.
    if (style.overflow === 'hidden') return;
    style.paddingRight = `${window.innerWidth - clientWidth}px`;
    style.overflow = 'hidden';
    return () => {
      style.removeProperty('padding-right');
      style.removeProperty('overflow');
    };
  }, []);
}

/** Remembers what had the focus when the dialog was made, and returns it there; to the page when that is gone. */
function useFocusGivenBack(): (event: Event) => void {
  const [opener] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    const target = opener?.isConnected ? opener : document.querySelector('main');
    if (target instanceof HTMLElement) target.focus();
  };
}

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** A question: `Delete “Baby”?` */
  readonly title: string;
  /** What will be lost, and what will not. */
  readonly description: ReactNode;
  /** The verb: `Delete`. */
  readonly confirmLabel: string;
  /** The dialog stays until this is done: who sees it gone may close the tab. */
  readonly onConfirm: () => void | Promise<void>;
}

/** Asks before what cannot be undone; the safe answer has the focus. */
export function ConfirmDialog({ open, onOpenChange, onConfirm, ...content }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    try {
      await onConfirm();
    } finally {
      setBusy(false);
      onOpenChange(false);
    }
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={(wanted) => !busy && onOpenChange(wanted)}>
      <AlertDialog.Portal>
        {scrim}
        <ConfirmContent {...content} busy={busy} onConfirm={() => void confirm()} />
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function ConfirmContent({
  title,
  description,
  confirmLabel,
  busy,
  onConfirm,
}: Omit<ConfirmDialogProps, 'open' | 'onOpenChange'> & { readonly busy: boolean }) {
  const giveBack = useFocusGivenBack();
  useStillPage();
  return (
    <AlertDialog.Content className={styles.dialog} onCloseAutoFocus={giveBack}>
      <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
      <AlertDialog.Description asChild>
        <div className={styles.description}>{description}</div>
      </AlertDialog.Description>
      <div className={styles.actions}>
        <AlertDialog.Cancel asChild>
          <Button disabled={busy}>Cancel</Button>
        </AlertDialog.Cancel>
        <Button variant="danger" disabled={busy} onClick={onConfirm}>
          {confirmLabel}
        </Button>
      </div>
    </AlertDialog.Content>
  );
}
