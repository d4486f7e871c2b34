import { formatNumber } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { DataTable, type Column } from '../../ui/DataTable';
import { Panel } from '../../ui/Panel';
import type { DeviceReport } from '../../domain/run';
import styles from './DevicePage.module.css';

type Test = DeviceReport['selfTest'][number];

const COLUMNS: readonly Column<Test>[] = [
  { id: 'name', header: 'Operation', rowHeader: true, value: ({ name }) => name },
  {
    id: 'passed',
    header: 'Result',
    value: ({ passed }) => passed,
    cell: ({ passed }) => (
      <span className={styles.verdict} data-passed={passed}>
        <Icon name={passed ? 'check' : 'error'} />
        {passed ? 'passed' : 'failed'}
      </span>
    ),
  },
  {
    id: 'error',
    header: 'Largest error',
    numeric: true,
    value: ({ error }) => error,
    cell: ({ error }) => formatNumber(error, 2),
  },
];

/** Every operation that training relies on, computed here and compared with a reference in plain JavaScript. */
export function SelfTestPanel({ report }: { readonly report: DeviceReport }) {
  const passed = report.selfTest.filter((test) => test.passed).length;
  return (
    <Panel title="Self-test" note={`${passed} of ${report.selfTest.length} passed`}>
      <DataTable
        label="Self-test"
        columns={COLUMNS}
        rows={report.selfTest}
        rowId={({ name }) => name}
        empty="No tests were run."
      />
    </Panel>
  );
}
