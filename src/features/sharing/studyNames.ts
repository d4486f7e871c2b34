import { fileName } from '../../charts/download';
import type { NamedFile } from '../../domain/protocol';

/** Endings of the files that hold runs. */
export const STUDY_ENDINGS = '.lodestone.json,.json,.safetensors,.zip';

export const isStudy = ({ path }: NamedFile): boolean => /\.lodestone\.(json|zip)$/i.test(path);

/** What a study is called on disk: the run, or how many there are. */
export const studyName = (names: readonly string[]): string =>
  fileName(names.length === 1 ? (names[0] ?? '') : `${names.length} runs`, 'lodestone.json');
