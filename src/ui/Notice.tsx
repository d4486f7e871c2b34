import type { ReactNode } from 'react';
import type { Fault } from '../domain/errors';
import { Icon, type IconName } from './Icon';
import styles from './Notice.module.css';

export type NoticeTone = 'info' | 'ok' | 'warning' | 'error';

const ICONS: Readonly<Record<NoticeTone, IconName>> = { info: 'info', ok: 'check', warning: 'warning', error: 'error' };
const WORDS: Readonly<Record<NoticeTone, string>> = { info: 'Note', ok: 'Done', warning: 'Warning', error: 'Error' };

interface NoticeProps {
  readonly tone?: NoticeTone;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** Announce it when it appears: `polite` for news, `assertive` for a failure that needs a decision now. */
  readonly live?: 'polite' | 'assertive';
}

/** What happened (title) and what to do (children). */
export function Notice({ tone = 'info', title, children, actions, live }: NoticeProps) {
  return (
    <div className={styles.notice} data-tone={tone} {...(live && { role: live === 'polite' ? 'status' : 'alert' })}>
      <Icon name={ICONS[tone]} label={WORDS[tone]} />
      <div className={styles.body}>
        <p className={styles.title}>{title}</p>
        {children && <div className={styles.words}>{children}</div>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** Faults that say what is not there yet: nothing has gone wrong. */
const WAITS: readonly Fault['code'][] = ['RUN_NO_WEIGHTS'];

/** A failure in its own words: message, then hint. */
export function FaultNotice({ fault, actions }: { readonly fault: Fault; readonly actions?: ReactNode }) {
  return (
    <Notice tone={WAITS.includes(fault.code) ? 'info' : 'error'} title={fault.message} actions={actions} live="polite">
      {fault.hint} <code className={styles.code}>{fault.code}</code>
    </Notice>
  );
}
