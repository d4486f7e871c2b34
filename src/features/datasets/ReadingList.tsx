import type { DatasetReading, IdReading } from '../../domain/reading';
import { Disclosure } from '../../ui/Disclosure';
import { plural } from '../../ui/format';
import styles from './FilesTaken.module.css';
import { roleWords, shortPath } from './readingWords';

/** How a stored dataset's files were read. */
export function ReadingList({ reading }: { readonly reading: DatasetReading }) {
  const used = Object.entries(reading.files).filter(([, { role }]) => role !== 'unused');
  const { user = 'index', item = 'index' } = reading.ids ?? {};
  return (
    <Disclosure title="How the files were read" summary={plural(used.length, 'file')}>
      <ul className={styles.list}>
        {used.map(([path, file]) => (
          <li key={path} className={styles.file}>
            <code className={styles.path}>{shortPath(path)}</code>
            <div>
              <p className={styles.role}>{roleWords(file)}</p>
              <p className={styles.what}>
                {Object.entries(file.columns ?? {})
                  .map(([use, column]) => `${use} = ${column}`)
                  .concat(file.positives ? [`rows with ${file.positives.join(' or ')}`] : [])
                  .join(', ')}
              </p>
            </div>
          </li>
        ))}
      </ul>
      <p className={styles.what}>
        User ids: {ID_WORDS[user]}. Item ids: {ID_WORDS[item]}.
        {reading.validation === 'draw' && ' The validation split was drawn from training.'}
      </p>
    </Disclosure>
  );
}

const ID_WORDS: Readonly<Record<IdReading, string>> = {
  index: 'row numbers from 0',
  from1: 'numbers from 1; 1 has row 0',
  offset: 'numbered on from the users',
  original: 'looked up in a mapping',
  names: 'numbered by first appearance',
};
