import { formatBytes, formatCount } from '../../ui/format';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { BACKEND_LABELS } from '../../ui/words';
import type { DeviceReport } from '../../domain/run';
import { APP_VERSION } from '../../domain/version';
import styles from './DevicePage.module.css';

interface ReportProps {
  readonly report: DeviceReport;
}

export function AdapterPanel({ report }: ReportProps) {
  return (
    <Panel title="Adapter">
      <StatList rows>
        <Stat label="Name" value={report.name} />
        <Stat label="Backend" value={BACKEND_LABELS[report.backend]} />
        {report.vendor && <Stat label="Vendor" value={report.vendor} />}
        {report.architecture && report.architecture !== report.backend && (
          <Stat label="Architecture" value={report.architecture} />
        )}
        {report.backend === 'webgpu' && (
          <Stat label="Runs on" value={report.software ? 'the processor (software)' : 'the graphics processor'} />
        )}
        <Stat label="Lodestone" value={<code>{APP_VERSION}</code>} />
        {Object.entries(report.versions).map(([name, version]) => (
          <Stat key={name} label={name} value={<code>{version}</code>} />
        ))}
      </StatList>
    </Panel>
  );
}

export function LimitsPanel({ report }: ReportProps) {
  const limits = Object.entries(report.limits);
  if (limits.length === 0) return null;
  return (
    <Panel title="Limits">
      <StatList rows>
        {limits.map(([name, value]) => (
          <Stat key={name} label={limitLabel(name)} value={isBytes(name) ? formatBytes(value) : formatCount(value)} />
        ))}
      </StatList>
    </Panel>
  );
}

export function FeaturesPanel({ report }: ReportProps) {
  if (report.features.length === 0) return null;
  return (
    <Panel title="Features">
      <ul className={styles.features}>
        {report.features.map((feature) => (
          <li key={feature}>
            <code>{feature}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const isBytes = (limit: string): boolean => /(BufferSize|BindingSize|StorageSize)$/.test(limit);

/** `maxStorageBufferBindingSize` → `storage buffer binding size`. */
function limitLabel(name: string): string {
  return name
    .replace(/^max/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/\b([A-Z])(?=[a-z])/g, (letter) => letter.toLowerCase());
}
