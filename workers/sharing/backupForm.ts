/**
 * A backup: a zip archive with `backup.json` (its form), `datasets/<id>/…`, `runs/<id>.lodestone.json`, `weights/<id>.safetensors` and
 * `answers/<n>.json` of model servers, and `written.json` (names of studies, reports, presets). What cannot be read lies in `unreadable/` as it is stored, and is stored so again. What is brought in
 * again from its files (texts and pictures to reason about), and what somebody set for this browser (theme, backend, the form's draft) is
 * not part of it.
 */
export const BACKUP_FORMAT = 'lodestone/backup';
export const BACKUP_VERSION = 1;
export const HEAD = 'backup.json';
export const BACKUP_ENDING = '.lodestone.zip';
/** In an archive of a folder: the keys of the answers that it holds. */
export const ANSWER_KEYS = 'answer-keys.json';
