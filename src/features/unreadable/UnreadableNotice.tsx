import type { Fault } from '../../domain/errors';
import {
  unreadableHint,
  unreadableSentence,
  type DocumentKind,
  type UnreadableDocument,
} from '../../domain/unreadable';
import { Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { UnreadableActions, type Named } from './UnreadableActions';

interface UnreadableNoticeProps {
  readonly kind: DocumentKind;
  readonly document: Named;
  /** Why, and what to do. */
  readonly fault: Pick<Fault, 'message' | 'hint'>;
  readonly onDeleted: () => void;
}

/** Why one document cannot be read, and what can be done. */
export function UnreadableNotice({ kind, document, fault, onDeleted }: UnreadableNoticeProps) {
  return (
    <Notice
      tone="warning"
      title={fault.message}
      actions={<UnreadableActions kind={kind} document={document} onDeleted={onDeleted} />}
    >
      {fault.hint}
    </Notice>
  );
}

interface UnreadablePageProps {
  readonly kind: DocumentKind;
  readonly document: UnreadableDocument;
  readonly onDeleted: () => void;
}

/** The page of a run or dataset that cannot be read. */
export function UnreadablePage({ kind, document, onDeleted }: UnreadablePageProps) {
  const { id, name, why } = document;
  const fault = { message: unreadableSentence(kind, why), hint: unreadableHint(why) };
  return (
    <Page title={name ?? id}>
      <UnreadableNotice kind={kind} document={document} fault={fault} onDeleted={onDeleted} />
    </Page>
  );
}
