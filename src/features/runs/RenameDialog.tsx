import type { RunSummary } from '../../domain/run';
import { useRuns } from '../../state/runs';
import { Dialog } from '../../ui/Dialog';
import { NameForm } from '../../ui/NameForm';

export function RenameDialog({ run, onClose }: { readonly run: RunSummary; readonly onClose: () => void }) {
  return (
    <Dialog open onOpenChange={onClose} title="Rename the run">
      <NameForm
        initial={run.name}
        missing="A run needs a name."
        verb="Rename"
        onCancel={onClose}
        onSubmit={(name) => {
          void useRuns.getState().edit(run.id, { name });
          onClose();
        }}
      />
    </Dialog>
  );
}
