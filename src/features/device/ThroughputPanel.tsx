import { formatNumber } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { useDevice } from '../../state/device';
import styles from './DevicePage.module.css';

/** Measured on request: the two operations that fill a training step. */
export function ThroughputPanel() {
  const { report, throughput, checking, probe } = useDevice();
  return (
    <Panel
      title="Throughput"
      actions={
        <Button small onClick={() => probe(true)} disabled={checking !== null || !report}>
          {throughput ? 'Measure again' : 'Measure'}
        </Button>
      }
    >
      {throughput ? (
        <StatList>
          <Stat
            label="Matrix product"
            value={`${formatNumber(throughput.matrixProductGflops, 3)} GFLOP/s`}
            note="float32, dense"
          />
          <Stat
            label="Sparse product"
            value={`${formatNumber(throughput.sparseProductGbPerSecond, 3)} GB/s`}
            note="CSR × dense, float32"
          />
        </StatList>
      ) : (
        <p className={styles.note}>Times a dense and a sparse product. A run in progress would distort the numbers.</p>
      )}
    </Panel>
  );
}
