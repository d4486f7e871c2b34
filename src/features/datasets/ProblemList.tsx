import { formatCount, plural } from '../../ui/format';
import { Icon, type IconName } from '../../ui/Icon';
import type { Problem } from '../../domain/dataset';
import styles from './ProblemList.module.css';

const ORDER: readonly Problem['severity'][] = ['error', 'warning', 'note'];
const ICONS: Readonly<Record<Problem['severity'], IconName>> = { error: 'error', warning: 'warning', note: 'info' };

/** `2 errors, 1 warning`. */
export function problemCounts(problems: readonly Problem[]): string {
  return ORDER.map(
    (severity) => [severity, problems.filter((problem) => problem.severity === severity).length] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => plural(count, severity))
    .join(', ');
}

/** The check's findings the way a compiler lists them, the gravest first. */
export function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  const sorted = problems.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return (
    <ol className={styles.list}>
      {sorted.map((problem, index) => (
        <li key={index} className={styles.problem} data-severity={problem.severity}>
          <span className={styles.severity}>
            <Icon name={ICONS[problem.severity]} />
            {problem.severity}
          </span>
          <div className={styles.body}>
            <p className={styles.where}>
              <code>{problem.file}</code>
              {problem.row !== null && <span>row {formatCount(problem.row)}</span>}
              <code className={styles.rule}>{problem.rule}</code>
            </p>
            <p className={styles.message}>{problem.message}</p>
            <p className={styles.hint}>{problem.hint}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}
