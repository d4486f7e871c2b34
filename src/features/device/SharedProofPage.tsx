import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { DeviceProof } from '../../domain/proof';
import { readProof } from '../../state/sharing';
import { useAnswer } from '../../state/useAsked';
import type { AskOptions } from '../../state/workerThread';
import { ButtonLink } from '../../ui/Button';
import { formatDateTime } from '../../ui/format';
import { FaultNotice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { Panel } from '../../ui/Panel';
import { ProofView } from './ProofView';

/** Somebody's proof of their device: read-only. */
export function SharedProofPage() {
  const [parameters] = useSearchParams();
  const text = parameters.get('p') ?? '';
  const command = useMemo(() => ({ text }), [text]);
  const { value: proof, fault } = useAnswer(command, decode);
  return (
    <Page
      title={proof ? proof.device.name : 'A device’s proof'}
      {...(proof && {
        subtitle: `Someone shared this proof of their device with you. Made ${formatDateTime(proof.made)} with Lodestone ${proof.app}.`,
      })}
      actions={<ButtonLink to="/device">Prove your own</ButtonLink>}
    >
      {fault && <FaultNotice fault={fault} />}
      {proof && (
        <Panel title="Proof">
          <ProofView proof={proof} />
        </Panel>
      )}
    </Page>
  );
}

const decode = ({ text }: { readonly text: string }, options: AskOptions): Promise<DeviceProof> =>
  readProof(`p=${text}`, options);
