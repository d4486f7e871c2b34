import styles from './FolderLayout.module.css';

const LINES: readonly (readonly [string, string, string])[] = [
  ['baby/', '', ''],
  ['├─ ', 'baby.inter', 'users and items, one interaction per line; x_label 0, 1, 2 = training, validation, test'],
  ['├─ ', 'image_feat.npy', '[items, d]: row i belongs to item i'],
  ['├─ ', 'text_feat.npy', 'every …_feat.npy is one modality: image, text, audio, …'],
  ['├─ ', 'user_preferences_feat.npy', '[users, d]: row u belongs to user u; optional'],
  ['└─ ', 'i_id_mapping.csv', 'names or original ids of the items; optional'],
];

/** The folder that is understood, as a small tree: the layout of MMRec's datasets. */
export function FolderLayout() {
  return (
    <div className={styles.layout}>
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
      <p className={styles.note}>
        Also accepted: <code>.csv</code> and <code>.tsv</code> tables with a header line, with or without{' '}
        <code>.gz</code>, and a <code>.zip</code> of the folder. Without <code>x_label</code> the rule under Import
        options draws the split.
      </p>
    </div>
  );
}
