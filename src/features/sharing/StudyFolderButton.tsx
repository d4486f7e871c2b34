import { useRef, type ComponentProps } from 'react';
import { faultOf } from '../../domain/errors';
import type { NamedFile } from '../../domain/protocol';
import { noStudy } from '../../sharing/studyStanding';
import { canPickFolder, pickFolder } from '../../state/folderAccess';
import { HandleSource, studyAmong } from '../../state/studyFolder';
import { useStudyWatch } from '../../state/studyWatch';
import { Button } from '../../ui/Button';
import { pickedFiles } from '../../ui/droppedFiles';
import { Icon } from '../../ui/Icon';

const FOLDER: ComponentProps<'input'> & { webkitdirectory: string } = { webkitdirectory: '' };

/** Opens the folder of a study that workers do: to be watched, or read once where the browser gives a page no folder. */
export function StudyFolderButton() {
  const input = useRef<HTMLInputElement>(null);
  const pick = async (): Promise<void> => {
    if (!canPickFolder()) return input.current?.click();
    try {
      const folder = await pickFolder('study', 'read');
      if (folder) await useStudyWatch.getState().open(new HandleSource(folder));
    } catch (error) {
      useStudyWatch.getState().refuse(faultOf(error));
    }
  };
  const takeFiles = (files: readonly NamedFile[]): void => {
    const study = studyAmong(files);
    if (study) return void useStudyWatch.getState().open(study);
    const [first] = files;
    if (first) useStudyWatch.getState().refuse(noStudy(first.path.split('/')[0] ?? ''));
  };
  return (
    <>
      <Button onClick={() => void pick()}>
        <Icon name="folder" />
        Open a study’s folder…
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        {...FOLDER}
        tabIndex={-1}
        aria-label="Study folder"
        onChange={({ target }) => {
          const picked = pickedFiles(target.files);
          // Picking the same folder again must be an event too.
          target.value = '';
          takeFiles(picked);
        }}
      />
    </>
  );
}
