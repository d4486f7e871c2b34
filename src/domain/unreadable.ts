/** What lies in storage and cannot be used. It stays as it is until a person deletes it. */

export type DocumentKind = 'run' | 'dataset';

export type Unreadable =
  /** Its form is not known here yet. */
  | { readonly kind: 'newer' }
  /** A run of a model that is not known here. */
  | { readonly kind: 'model'; readonly model: string }
  /** `problem`: the first thing that is wrong, as a part of a sentence. */
  | { readonly kind: 'damaged'; readonly problem: string };

/** A stored document that cannot be read, with what can be told of it. */
export interface UnreadableDocument {
  readonly id: string;
  /** null where the document has none. */
  readonly name: string | null;
  readonly why: Unreadable;
}

/** What was read: a checked value, or why it is none. */
export type Checked<T> = { readonly value: T; readonly why: null } | { readonly value: null; readonly why: Unreadable };

/** All stored documents of a kind. */
export interface Listing<T> {
  readonly readable: readonly T[];
  readonly unreadable: readonly UnreadableDocument[];
}

/** Why a document cannot be read, in one sentence. */
export function unreadableSentence(what: DocumentKind, why: Unreadable): string {
  switch (why.kind) {
    case 'newer':
      return `This ${what} was written by a newer version of Lodestone.`;
    case 'model':
      return `This ${what} is of the model “${why.model}”, which this version does not have.`;
    case 'damaged':
      return `This ${what}’s document is damaged: ${why.problem}.`;
  }
}

/** What a person can do about it. */
export const unreadableHint = (why: Unreadable): string =>
  why.kind === 'damaged'
    ? 'It stays as it is. Export it to keep what is left of it, or delete it.'
    : 'It stays as it is. Reload the page to get the newest version, export it as it is, or delete it.';
