import { useEffect, type ReactNode } from 'react';
import { setPageTitle } from './title';
import styles from './Page.module.css';

interface PageProps {
  readonly title: string;
  /** One line under the title. */
  readonly subtitle?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** One subject per page: heading, actions, content. Also names the browser tab. */
export function Page({ title, subtitle, actions, children }: PageProps) {
  useEffect(() => setPageTitle(title), [title]);
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div className={styles.words}>
          <h1>{title}</h1>
          {subtitle && <p className={styles.subtitle}>{subtitle}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** Panels side by side, as many as fit (`min` px each). */
export function Columns({ min = 360, children }: { readonly min?: number; readonly children: ReactNode }) {
  return (
    <div
      className={styles.columns}
      style={{ gridTemplateColumns: `repeat(auto-fit, minmax(min(${min}px, 100%), 1fr))` }}
    >
      {children}
    </div>
  );
}

/** Panels one below the other in one column of `Columns`. */
export function Stack({ children }: { readonly children: ReactNode }) {
  return <div className={styles.stack}>{children}</div>;
}
