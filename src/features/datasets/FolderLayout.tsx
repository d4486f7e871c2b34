import styles from './FolderLayout.module.css';

const LINES: readonly (readonly [string, string, string])[] = [
  ['baby/', '', ''],
  ['├─ ', 'baby.inter', 'users and items, one interaction per line; x_label 0, 1, 2 = training, validation, test'],
  ['├─ ', 'image_feat.npy', '[items, d]: row i belongs to item i'],
  ['├─ ', 'text_feat.npy', 'every …_feat.npy is one modality: image, text, audio, …'],
  ['├─ ', 'user_preferences_feat.npy', '[users, d]: row u belongs to user u; optional'],
  ['└─ ', 'i_id_mapping.csv', 'original ids of the items; optional'],
];

/** What a folder is, the files that tell it, and whose folders look so. */
const OTHERS: readonly (readonly [what: string, files: readonly string[], from: string])[] = [
  ['One table with a header', ['ratings.csv'], 'features beside it in .npy, .pt, .h5, .parquet or .safetensors'],
  [
    'Files named after splits',
    ['train.csv', 'valid.csv', 'test.csv'],
    'RecBole, ReChorus, Elliot, Amazon Reviews 2023',
  ],
  ['Item lists as JSON', ['train.json', 'val.json', 'test.json'], 'LATTICE, LLMRec, MMSSL'],
  ['Item lists as text', ['train.txt', 'test.txt'], 'LightGCN, NGCF'],
  ['Downloads as they are', ['ratings.dat', 'reviews_Baby_5.json.gz'], 'MovieLens, Amazon, MicroLens'],
];

/** The commonest layouts that are read as they are: MMRec's as a small tree, the others in a line each. */
export function FolderLayout() {
  return (
    <div className={styles.layout}>
      <h3 className={styles.title}>A folder prepared for MMRec</h3>
      <ul className={styles.tree}>
        {LINES.map(([branch, name, meaning]) => (
          <li key={branch + name}>
            <code className={styles.path}>
              <span aria-hidden={name !== ''}>{branch}</span>
              {name}
            </code>
            {meaning && <span className={styles.meaning}>{meaning}</span>}
          </li>
        ))}
      </ul>
      <ul className={styles.others}>
        {OTHERS.map(([what, files, from]) => (
          <li key={what}>
            <span className={styles.title}>{what}</span>
            <span className={styles.names}>
              {files.map((file) => (
                <code key={file}>{file}</code>
              ))}
            </span>
            <span className={styles.meaning}>{from}</span>
          </li>
        ))}
      </ul>
      <p className={styles.note}>
        A <code>.zip</code>, <code>.tar</code> or <code>.gz</code> of these opens too. If a file can be read in more
        than one way, you are asked. Without a split, the rule under Import options draws one.
      </p>
    </div>
  );
}
