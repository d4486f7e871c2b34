import { Collapsible } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon } from './Icon';
import styles from './Disclosure.module.css';

interface DisclosureProps {
  readonly title: ReactNode;
  /** What is inside, in a few words, readable while it is closed. */
  readonly summary?: ReactNode;
  readonly defaultOpen?: boolean;
  readonly children: ReactNode;
}

export function Disclosure({ title, summary, defaultOpen = false, children }: DisclosureProps) {
  return (
    <Collapsible.Root defaultOpen={defaultOpen} className={styles.disclosure}>
      <Collapsible.Trigger className={styles.trigger}>
        <Icon name="chevron" />
        <span className={styles.title}>{title}</span>
        {summary && <span className={styles.summary}>{summary}</span>}
      </Collapsible.Trigger>
      <Collapsible.Content className={styles.content}>{children}</Collapsible.Content>
    </Collapsible.Root>
  );
}
