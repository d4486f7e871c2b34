import type { HostEstimate } from '../../domain/run';
import { formatBytes } from '../../ui/format';
import { Stat, StatList } from '../../ui/Stat';
import { HOST_PARTS } from './memoryParts';

/** What a run is expected to hold in the page's process, and what that is made of. */
export function HostStats({ host }: { readonly host: HostEstimate }) {
  return (
    <StatList rows>
      <Stat label="In this tab, on WebGPU" value={<strong>{formatBytes(host.total)}</strong>} />
      <Stat label="On WASM, the device’s included" value={<strong>{formatBytes(host.withDevice)}</strong>} />
      {HOST_PARTS.map(({ key, label }) => (
        <Stat key={key} label={label} value={formatBytes(host[key])} />
      ))}
    </StatList>
  );
}
