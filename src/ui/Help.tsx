import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './Help.module.css';

interface HelpProps {
  /** What is explained. */
  readonly about: string;
  readonly children: ReactNode;
}

/** A `?` that opens a few words, by pointer, touch or keyboard. */
export function Help({ about, children }: HelpProps) {
  return (
    <Popover.Root>
      <Popover.Trigger className={styles.mark} aria-label={`What is ${about}?`}>
        ?
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className={styles.words} aria-label={about} side="top" sideOffset={4} collisionPadding={8}>
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
