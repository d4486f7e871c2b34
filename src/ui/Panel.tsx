import { useId, type ReactNode, type Ref } from 'react';
import { classNames } from './classNames';
import styles from './Panel.module.css';

interface PanelProps {
  readonly title: ReactNode;
  /** Small words beside the title. */
  readonly note?: ReactNode;
  /** Buttons in the title's corner. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  /** `plain` puts no ground under the content: for what already has one. */
  readonly plain?: boolean;
  /** Of the title, which can then be focused. */
  readonly headingRef?: Ref<HTMLHeadingElement>;
}

/** A panel's ground without a title: for what brings its own, like a chart. */
export function Surface({ children }: { readonly children: ReactNode }) {
  return <div className={styles.panel}>{children}</div>;
}

/** One subject of a page: a titled section. Never put a panel into a panel. */
export function Panel({ title, note, actions, children, className, plain = false, headingRef }: PanelProps) {
  const id = useId();
  return (
    <section className={classNames(styles.panel, plain && styles.plain, className)} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id} {...(headingRef && { ref: headingRef, tabIndex: -1 })}>
          {title}
        </h2>
        {note && <span className={styles.note}>{note}</span>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}
