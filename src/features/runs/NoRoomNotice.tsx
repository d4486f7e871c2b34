import { ButtonLink } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { useLiveRun } from './useCurves';

/** While the browser has no room for what the run in progress has to keep. */
export function NoRoomNotice({ id }: { readonly id: string }) {
  const live = useLiveRun(id);
  if (!live?.full) return null;
  return (
    <Notice
      tone="warning"
      live="polite"
      title="The browser has no room left for this run."
      actions={
        <>
          <ButtonLink to="/runs">Runs</ButtonLink>
          <ButtonLink to="/data">Data</ButtonLink>
        </>
      }
    >
      Training goes on, but what it has learned since the last checkpoint is kept only while this page is open. Delete
      runs or datasets that you do not need, or free disk space. Saving is tried again by itself, and the end of the run
      waits for it.
    </Notice>
  );
}
