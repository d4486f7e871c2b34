import { Button } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Columns, Page } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { BACKEND_LABELS } from '../../ui/words';
import { useDevice } from '../../state/device';
import { AdapterPanel, FeaturesPanel, LimitsPanel } from './AdapterPanels';
import { BackendPanel } from './BackendPanel';
import { KeepPanel } from './KeepPanel';
import styles from './DevicePage.module.css';
import { ProofPanel } from './ProofPanel';
import { SelfTestPanel } from './SelfTestPanel';
import { StoragePanel } from './StoragePanel';

/** What computes here, whether it computes correctly, how fast it is, and how much this browser keeps. */
export function DevicePage() {
  const { report, checking, fault, probe } = useDevice();
  const state = checking
    ? `${checking} …`
    : report
      ? `${report.name} · ${BACKEND_LABELS[report.backend]}`
      : 'No device answered.';
  return (
    <Page
      title="Device"
      subtitle={
        <span role="status" className={styles.status}>
          {state}
        </span>
      }
      actions={
        <Button onClick={() => probe()} disabled={checking !== null}>
          Check again
        </Button>
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {report?.fallbackReason && (
        <Notice title={`${BACKEND_LABELS[report.backend]} is used because no faster backend is available.`}>
          {report.fallbackReason}
        </Notice>
      )}
      {report?.backend === 'webgpu' && report.software && (
        <Notice tone="warning" title="This WebGPU adapter runs on the processor.">
          It is meant for tests. WASM is several times faster on this machine; to use it, clear “Allow a software WebGPU
          adapter”.
        </Notice>
      )}
      <ProofPanel />
      <Columns min={400}>
        <div className={styles.column}>
          <BackendPanel />
          <StoragePanel />
          <KeepPanel />
        </div>
        {report ? (
          <div className={styles.column}>
            <AdapterPanel report={report} />
            <SelfTestPanel report={report} />
            <LimitsPanel report={report} />
            <FeaturesPanel report={report} />
          </div>
        ) : (
          <Panel title="Adapter">
            <p className={styles.note}>
              {checking
                ? 'Checking …'
                : 'No adapter answered. Choose another backend, or fix the problem above and check again.'}
            </p>
          </Panel>
        )}
      </Columns>
    </Page>
  );
}
