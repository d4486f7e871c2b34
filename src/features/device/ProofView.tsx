import { isModelId, modelTable } from '../../domain/models/catalogue';
import {
  digitsOf,
  kernelAgrees,
  TRIAL_DATA,
  verdictOf,
  type DeviceProof,
  type KernelProof,
  type ModelProof,
} from '../../domain/proof';
import { DataTable, type Column } from '../../ui/DataTable';
import { Disclosure } from '../../ui/Disclosure';
import { formatBytes, formatCount, formatNumber } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Notice } from '../../ui/Notice';
import { Stat, StatList } from '../../ui/Stat';
import styles from './DevicePage.module.css';

/** A newer version may know models that this one does not. */
export const modelName = (id: string): string => (isModelId(id) ? modelTable(id).name : id);

/** The verdict, how fast, and what it rests on. */
export function ProofView({ proof }: { readonly proof: DeviceProof }) {
  const { tone, title, sentences } = verdictOf(proof, modelName);
  const { kernels, models, throughput, largestTable } = proof;
  const rightKernels = kernels.filter(kernelAgrees).length;
  const timed = models.some(({ stepMs }) => stepMs !== null);
  const rightModels = models.filter(({ agrees }) => agrees).length;
  return (
    <>
      <Notice tone={tone} title={title} live="polite">
        {sentences.join(' ')}
      </Notice>
      <StatList>
        <Stat label="Kernels" value={`${rightKernels} of ${kernels.length}`} note="equal their reference" />
        <Stat label="Models" value={`${rightModels} of ${models.length}`} note="equal PyTorch in the first step" />
        {throughput && (
          <>
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
          </>
        )}
        {largestTable !== null && (
          <Stat label="Largest table" value={formatBytes(largestTable)} note="features of one modality must fit" />
        )}
      </StatList>
      <DataTable
        label="Models"
        columns={timed ? [...MODEL_COLUMNS, ...TIME_COLUMNS] : MODEL_COLUMNS}
        rows={models}
        rowId={({ model }) => model}
      />
      <p className={styles.note}>
        Digits: in how many the first step’s loss and gradients agree with PyTorch’s, computed in double precision on
        tiny data; single precision has seven, and sums that cancel lose some.
        {timed &&
          ` Times: a training step of ${formatCount(TRIAL_DATA.batchSize)} interactions on ${formatCount(TRIAL_DATA.users)} users and ${formatCount(TRIAL_DATA.items)} items, embedding size ${TRIAL_DATA.embeddingSize}.`}
      </p>
      <Disclosure title={`Kernels (${kernels.length})`} defaultOpen={rightKernels < kernels.length}>
        <DataTable label="Kernels" columns={KERNEL_COLUMNS} rows={kernels} rowId={({ kernel }) => kernel} />
      </Disclosure>
    </>
  );
}

const digits = (error: number | null): string => {
  if (error === null) return 'none';
  const count = digitsOf(error);
  return Number.isFinite(count) ? String(count) : 'all';
};

const milliseconds = (value: number | null): string => (value === null ? '–' : formatNumber(value, 3));

function Outcome({ right, failure }: { readonly right: boolean; readonly failure: string | null }) {
  return (
    <span className={styles.verdict} data-passed={right}>
      <Icon name={right ? 'check' : 'error'} />
      {right ? 'agrees' : (failure ?? 'does not agree')}
    </span>
  );
}

const MODEL_COLUMNS: readonly Column<ModelProof>[] = [
  { id: 'model', header: 'Model', rowHeader: true, value: ({ model }) => modelName(model) },
  {
    id: 'agrees',
    header: 'Result',
    value: ({ agrees }) => agrees,
    cell: ({ agrees, failure }) => <Outcome right={agrees} failure={failure} />,
  },
  { id: 'loss', header: 'Loss, digits', numeric: true, value: ({ loss }) => loss, cell: ({ loss }) => digits(loss) },
  {
    id: 'gradients',
    header: 'Gradients, digits',
    numeric: true,
    value: ({ gradients }) => gradients,
    cell: ({ gradients }) => digits(gradients),
  },
];

const TIME_COLUMNS: readonly Column<ModelProof>[] = [
  {
    id: 'step',
    header: 'ms per step',
    numeric: true,
    value: ({ stepMs }) => stepMs,
    cell: ({ stepMs }) => milliseconds(stepMs),
  },
  {
    id: 'wasm',
    header: 'on WASM',
    numeric: true,
    value: ({ wasmStepMs }) => wasmStepMs,
    cell: ({ wasmStepMs }) => milliseconds(wasmStepMs),
  },
];

const KERNEL_COLUMNS: readonly Column<KernelProof>[] = [
  { id: 'kernel', header: 'Kernel', rowHeader: true, value: ({ kernel }) => kernel },
  {
    id: 'agrees',
    header: 'Result',
    value: kernelAgrees,
    cell: (kernel) => <Outcome right={kernelAgrees(kernel)} failure={kernel.failure} />,
  },
  { id: 'digits', header: 'Digits', numeric: true, value: ({ error }) => error, cell: ({ error }) => digits(error) },
  {
    id: 'error',
    header: 'Largest error',
    numeric: true,
    value: ({ error }) => error,
    cell: ({ error }) => (error === null ? '–' : formatNumber(error, 2)),
  },
];
