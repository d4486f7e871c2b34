import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { fileName, saveText } from '../../charts/download';
import { faultOf, type Fault } from '../../domain/errors';
import type { DeviceProof } from '../../domain/proof';
import { encodeProof, encodeProofFile, PROOF_ENDING } from '../../sharing/proofFile';
import { useProof } from '../../state/proof';
import { useRuns } from '../../state/runs';
import { readProof } from '../../state/sharing';
import { Button } from '../../ui/Button';
import { formatDateTime } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { ProgressBar } from '../../ui/ProgressBar';
import { sharedAddress } from '../../ui/sharedAddress';
import styles from './DevicePage.module.css';
import { ProofView } from './ProofView';

/** Whether this machine's device computes every kernel and every model as it should, and how fast: on request. */
export function ProofPanel() {
  const { proof, phase, fault, load, prove, cancel } = useProof();
  const training = useRuns((state) => state.activeId !== null || state.elsewhere);
  useEffect(() => void load(), [load]);
  return (
    <Panel
      title="Proof"
      {...(proof && !phase && { note: `${formatDateTime(proof.made)}, Lodestone ${proof.app}` })}
      actions={
        phase ? (
          <Button small onClick={cancel}>
            Cancel
          </Button>
        ) : (
          <Button small variant="primary" onClick={prove}>
            {proof ? 'Prove it again' : 'Prove this device'}
          </Button>
        )
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {phase ? (
        <div className={styles.proving}>
          <ProgressBar label="Proof of the device" fraction={phase.fraction} text={phase.text} />
          <span role="status" className={styles.status}>
            {phase.text}
          </span>
        </div>
      ) : (
        !proof && (
          <p className={styles.note}>
            Computes every kernel and the first training step of every model here, compares them with a reference and
            with PyTorch’s numbers, and times a step of each. About half a minute on a graphics card, longer without
            one.
            {training && ' A run is in progress: the times will be too long.'}
          </p>
        )
      )}
      {proof && !phase && <ProofView proof={proof} />}
      {!phase && (
        <div className={styles.proofActions}>
          {proof && <GiveOut proof={proof} />}
          <OpenProof />
        </div>
      )}
    </Panel>
  );
}

/** As a link and as a file. */
function GiveOut({ proof }: { readonly proof: DeviceProof }) {
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    const address = sharedAddress(await encodeProof(proof));
    await navigator.clipboard.writeText(address);
  };
  return (
    <>
      <Button
        small
        onClick={() =>
          copy().then(
            () => setSaid('Link copied'),
            () => setSaid('The browser did not allow copying'),
          )
        }
      >
        <Icon name="external" />
        Copy link
      </Button>
      <Button
        small
        onClick={() => {
          saveText(fileName(proof.device.name, PROOF_ENDING.slice(1)), 'application/json', encodeProofFile(proof));
          setSaid('Saved');
        }}
      >
        <Icon name="download" />
        Save as file
      </Button>
      <span role="status">{said}</span>
    </>
  );
}

/** Shows somebody's proof from a file. */
function OpenProof() {
  const input = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const [fault, setFault] = useState<Fault | null>(null);
  const open = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setFault(null);
    try {
      const link = await encodeProof(await readProof(file));
      await navigate(`/shared/device?${link}`);
    } catch (error) {
      setFault(faultOf(error));
    }
  };
  return (
    <>
      <Button small variant="quiet" onClick={() => input.current?.click()}>
        Open a file
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={`${PROOF_ENDING},.json`}
        aria-label="Proof of a device"
        onChange={(event) => {
          void open(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      {fault && <FaultNotice fault={fault} />}
    </>
  );
}
