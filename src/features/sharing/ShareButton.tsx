import { useMemo, useState } from 'react';
import { formatCount } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Choice, Field, Input } from '../../ui/Field';
import { FaultNotice, Notice } from '../../ui/Notice';
import { sharedAddress } from '../../ui/sharedAddress';
import { useAnswer } from '../../state/useAsked';
import type { DatasetDocument } from '../../domain/dataset';
import { sharedStudy, type Detail, type SharedReading } from '../../domain/shared';
import { CARRIERS, encodeStudy, MOST_CHARACTERS } from '../../sharing/link';
import { database } from '../../state/database';
import { useDatasets } from '../../state/datasets';
import { useRuns } from '../../state/runs';
import { readRun } from '../../storage/runs';
import { SaveStudy } from './SaveStudy';
import styles from './sharing.module.css';

interface ShareButtonProps {
  readonly ids: readonly string[];
  /** Runs that stand beside these, and go along. */
  readonly baselines?: readonly string[];
  readonly small?: boolean;
  /** Tables that go with the link as they stand here. */
  readonly readings?: () => readonly SharedReading[];
}

/** Gives runs out as a link. */
export function ShareButton({ ids, baselines = [], small = false, readings }: ShareButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small={small} onClick={() => setOpen(true)}>
        <Icon name="external" />
        Share
      </Button>
      {open && (
        <ShareDialog
          ids={[...ids, ...baselines]}
          baselines={baselines}
          readings={readings}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

type Amount = 'all' | 'some' | 'metrics';

/** From everything to the least that still says what came out. */
const DETAILS: Readonly<Record<Amount, Detail>> = {
  all: { points: 40, routing: true },
  some: { points: 12, routing: true },
  metrics: { points: 0, routing: false },
};
const AMOUNTS: readonly Amount[] = ['all', 'some', 'metrics'];
const LABELS: Readonly<Record<Amount, string>> = {
  all: 'with curves',
  some: 'with coarse curves',
  metrics: 'metrics only',
};

interface ShareDialogProps {
  readonly ids: readonly string[];
  readonly baselines: readonly string[];
  readonly readings: ShareButtonProps['readings'];
  readonly onClose: () => void;
}

function ShareDialog({ ids, baselines, readings, onClose }: ShareDialogProps) {
  const [tables] = useState(() => readings?.() ?? null);
  const [wanted, setWanted] = useState<Amount | null>(null);
  const [said, setSaid] = useState('');
  const datasets = useDatasets((state) => state.datasets);
  const all = useRuns((state) => state.runs);
  const runs = useMemo(() => all.filter(({ id }) => ids.includes(id)), [all, ids]);
  const [key, beside] = [ids.join(','), baselines.join(',')];
  const command = useMemo(
    () => ({ ids: key.split(','), baselines: beside.split(','), datasets, tables }),
    [key, beside, datasets, tables],
  );
  const { value, fault } = useAnswer(command, addressesOf);
  const made = value ?? [];
  const fits = made.find(({ address }) => address.length <= CARRIERS[0].characters) ?? made.at(-1);
  const shown = made.find(({ amount }) => amount === wanted) ?? fits;
  const length = shown?.address.length ?? 0;
  const cutBy = CARRIERS.filter(({ characters }) => length > characters).map(({ name }) => name);
  const tooLong = length > MOST_CHARACTERS;
  const copy = (): void => {
    navigator.clipboard.writeText(shown?.address ?? '').then(
      () => setSaid('Link copied'),
      () => setSaid('The browser did not allow copying. Select the text and copy it.'),
    );
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={ids.length === 1 ? 'Share this run' : `Share ${ids.length} runs`}
      description="The link holds the configuration, the dataset’s name and fingerprint, and the results; never data. Whoever opens it sees what you did and can run it on their own copy of the dataset."
      actions={
        <>
          <span role="status">{said}</span>
          <Button variant="primary" disabled={!shown || tooLong} onClick={copy}>
            Copy link
          </Button>
        </>
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {shown && (
        <>
          <Choice
            segments
            label="Detail"
            value={shown.amount}
            options={AMOUNTS.map((amount) => ({ value: amount, label: LABELS[amount] }))}
            onValueChange={setWanted}
          />
          <Field
            label="Link"
            help={`${formatCount(length)} characters. ${cutBy.length === 0 ? 'Short enough for Discord, Teams and Slack.' : `${cutBy.join(', ')} would cut it.`}`}
          >
            {(control) => (
              <Input
                {...control}
                readOnly
                className={styles.link}
                value={tooLong ? '' : shown.address}
                onFocus={(event) => event.target.select()}
              />
            )}
          </Field>
          <meter
            className={styles.meter}
            aria-label="Length of the link"
            min={0}
            max={MOST_CHARACTERS}
            high={CARRIERS[0].characters}
            value={Math.min(length, MOST_CHARACTERS)}
          />
          {tooLong && (
            <Notice
              tone="warning"
              title={`A link of ${formatCount(length)} characters is too long for most chat programs.`}
            >
              Save the file below instead, or share fewer runs at a time.
            </Notice>
          )}
        </>
      )}
      <SaveStudy runs={runs} />
    </Dialog>
  );
}

interface Asked {
  readonly ids: readonly string[];
  readonly baselines: readonly string[];
  readonly datasets: readonly DatasetDocument[];
  readonly tables: readonly SharedReading[] | null;
}

/** A link of every amount. */
async function addressesOf({
  ids,
  baselines,
  datasets,
  tables,
}: Asked): Promise<readonly { readonly amount: Amount; readonly address: string }[]> {
  const runs = await Promise.all(ids.map((id) => readRun(database, id)));
  return Promise.all(
    AMOUNTS.map(async (amount) => ({
      amount,
      address: sharedAddress(
        await encodeStudy({
          ...sharedStudy(runs, datasets, DETAILS[amount], baselines),
          ...(tables && { readings: tables }),
        }),
      ),
    })),
  );
}
