import { plural } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import { BACKEND_LABELS } from '../../ui/words';
import type { Setting } from '../../domain/comparison';
import { devicesOf, isMixed, MIXED_DEVICES } from '../../domain/devices';

/** Warns where compared runs were computed on devices whose numbers may differ. */
export function MixedDevices({ settings }: { readonly settings: readonly Setting[] }) {
  const devices = devicesOf(settings.flatMap(({ runs }) => runs));
  if (!isMixed(devices)) return null;
  const parts = devices.map(({ backend, name, runs }) => {
    const of = settings.filter((setting) => setting.runs.some((run) => runs.includes(run)));
    const known = Object.entries(BACKEND_LABELS).find(([key]) => key === backend)?.[1] ?? backend;
    return `${plural(runs.length, 'run')} on ${known} (${name}): ${of.map(({ label }) => label).join('; ')}`;
  });
  return (
    <Notice tone="warning" title="These runs were computed on different devices.">
      {parts.join('. ')}. {MIXED_DEVICES}
    </Notice>
  );
}
