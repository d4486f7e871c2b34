import { Checkbox, Choice } from '../../ui/Field';
import { Panel } from '../../ui/Panel';
import { BACKEND_CHOICE_LABELS } from '../../ui/words';
import type { BackendChoice } from '../../domain/backend';
import { BACKEND_CHOICES, useDevice } from '../../state/device';

const HELP: Readonly<Record<BackendChoice, string>> = {
  auto: 'A hardware WebGPU adapter, then WASM, then CPU.',
  webgpu: 'The graphics processor. Runs do not start without it.',
  wasm: 'The processor with SIMD and, if the host isolates the page, several threads.',
  cpu: 'The processor in plain JavaScript; the slowest, always available.',
};

/** Which backend new runs ask for. Runs in progress keep theirs. */
export function BackendPanel() {
  const { preference, prefer } = useDevice();
  return (
    <Panel title="Backend for new runs">
      <Choice
        label="Backend"
        hideLabel
        value={preference.backend}
        options={BACKEND_CHOICES.map((value) => ({ value, label: BACKEND_CHOICE_LABELS[value], help: HELP[value] }))}
        onValueChange={(backend) => void prefer({ ...preference, backend })}
      />
      <Checkbox
        label="Allow a software WebGPU adapter"
        help="An adapter that runs on the processor, for checking WebGPU kernels on a machine without a GPU."
        checked={preference.allowSoftware}
        onCheckedChange={(allowSoftware) => void prefer({ ...preference, allowSoftware })}
      />
    </Panel>
  );
}
