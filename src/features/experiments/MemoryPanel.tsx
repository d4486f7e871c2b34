import { useEffect, useState } from 'react';
import { formatBytes } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import { faultOf, type Fault } from '../../domain/errors';
import type { Config, ModelId } from '../../domain/models/table';
import type { MemoryEstimate } from '../../domain/run';
import { estimateMemory } from '../../state/estimate';
import { HostStats } from '../readings/HostStats';
import { machineMemory, memoryCaution } from '../readings/memoryCaution';
import { MEMORY_PARTS } from '../readings/memoryParts';
import styles from './experiments.module.css';

interface MemoryPanelProps {
  readonly datasetId: string;
  readonly model: ModelId;
  /** A valid configuration, stable while nothing changes. */
  readonly config: Config;
}

const ASK_AFTER_MS = 600;

interface Answer {
  readonly question: string;
  readonly estimate: MemoryEstimate | null;
  readonly fault: Fault | null;
}

/** The memory that one run would take on the device and in the tab, asked a moment after the last change. */
export function MemoryPanel({ datasetId, model, config }: MemoryPanelProps) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const question = JSON.stringify([datasetId, model, config]);
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      estimateMemory({ datasetId, model, config }, abort.signal).then(
        (estimate) => setAnswer({ question, estimate, fault: null }),
        (error: unknown) => {
          if (!abort.signal.aborted) setAnswer({ question, estimate: null, fault: faultOf(error) });
        },
      );
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [datasetId, model, config, question]);

  const current = answer?.question === question;
  const estimate = answer?.estimate;
  const caution = estimate && memoryCaution(estimate, machineMemory());
  return (
    <Panel title="Memory" note={current ? 'for one run, on the device and in this tab' : 'estimating'}>
      {estimate ? (
        <div className={styles.estimate} data-old={!current}>
          <StatList rows>
            <Stat label="On the device" value={<strong>{formatBytes(estimate.total)}</strong>} />
            {MEMORY_PARTS.map(({ key, label }) => (
              <Stat key={key} label={label} value={formatBytes(estimate[key])} />
            ))}
          </StatList>
          {estimate.host && <HostStats host={estimate.host} />}
          {caution && <Notice tone="warning" title={caution} />}
        </div>
      ) : answer?.fault && current ? (
        <p className={styles.citation}>
          {answer.fault.message} {answer.fault.hint}
        </p>
      ) : (
        <p className={styles.citation}>Reading the dataset’s sizes …</p>
      )}
    </Panel>
  );
}
