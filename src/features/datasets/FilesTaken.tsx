import type { Taken } from '../../domain/dataset';
import type { FileTaken } from '../../domain/reading';
import { Disclosure } from '../../ui/Disclosure';
import { plural } from '../../ui/format';
import styles from './FilesTaken.module.css';
import { columnWords, roleWords, sentence, shortPath, splitWords, useWords } from './readingWords';

/** What every file was taken for, and which of its columns for what; files that are not used last, folded away when they are many. */
export function FilesTaken({ taken }: { readonly taken: Taken }) {
  const { files, split } = taken;
  const used = files.filter(({ reading }) => reading.role !== 'unused');
  const unused = files.filter(({ reading }) => reading.role === 'unused');
  return (
    <div className={styles.files}>
      <h3 className={styles.title}>How the files were read</h3>
      <List files={used} />
      <p className={styles.what}>
        {[splitWords(files, split), useWords(used, 'rating', 'Ratings'), useWords(used, 'timestamp', 'Times')]
          .filter(Boolean)
          .join(' ')}
      </p>
      {unused.length > 0 && (
        <Disclosure
          title="Not used"
          summary={plural(
            unused.reduce((sum, { files: number }) => sum + number, 0),
            'file',
          )}
        >
          <List files={unused} />
        </Disclosure>
      )}
    </div>
  );
}

function List({ files }: { readonly files: readonly FileTaken[] }) {
  return (
    <ul className={styles.list}>
      {files.map((file) => (
        <li key={file.path} className={styles.file}>
          <code className={styles.path}>{shortPath(file.path)}</code>
          <div>
            <p className={styles.role}>
              {roleWords(file.reading)} <span className={styles.what}>({file.what})</span>
            </p>
            {columnWords(file) !== '' && <p className={styles.what}>{columnWords(file)}</p>}
            {file.reading.role === 'unused' && file.why !== '' && <p className={styles.what}>{sentence(file.why)}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}
