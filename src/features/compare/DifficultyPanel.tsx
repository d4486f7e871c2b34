import { useMemo, useState } from 'react';
import { formatCount, formatPercent } from '../../ui/format';
import { Button } from '../../ui/Button';
import { Field, Input } from '../../ui/Field';
import { FaultNotice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import type { Setting } from '../../domain/comparison';
import { difficultyGroups, groupGains, type PairedUsers, type Visibility } from '../../domain/gains';
import type { AnalysisCommand } from '../../domain/analysisProtocol';
import { visibilityOf } from '../../state/analysis';
import { groupsAmong } from './gainRows';
import { GroupGainsTable } from './GroupGainsTable';
import { useAnswer } from '../../state/useAsked';
import styles from './compare.module.css';

interface DifficultyPanelProps {
  readonly setting: Setting;
  readonly reference: Setting;
  /** The metric's label. */
  readonly label: string;
  readonly paired: PairedUsers;
}

/** MAGNET's. */
const NEIGHBOURS = 20;
const MOST = 500;

/** Users by how many of their test items' nearest items they have had. Finding those takes time, so it is asked for. */
export function DifficultyPanel({ setting, reference, label, paired }: DifficultyPanelProps) {
  const [typed, setTyped] = useState(String(NEIGHBOURS));
  const [asked, setAsked] = useState<number | null>(null);
  const datasetId = setting.dataset.id;
  const command = useMemo(
    (): Extract<AnalysisCommand, { type: 'visibility' }> | null =>
      asked === null ? null : { type: 'visibility', datasetId, neighbours: asked },
    [asked, datasetId],
  );
  const { value, fault, phase } = useAnswer(command, visibilityOf);
  const k = Number(typed);
  const valid = Number.isInteger(k) && k >= 1 && k <= MOST;
  return (
    <Panel title="By difficulty" note="users by visibility of their test items">
      <form
        className={styles.controls}
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) setAsked(k);
        }}
      >
        <Field label="Nearest items k" {...(!valid && { error: `A whole number from 1 to ${MOST}.` })}>
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              size={5}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" disabled={!valid || asked === k}>
          Find the nearest items
        </Button>
      </form>
      {fault && <FaultNotice fault={fault} />}
      {asked !== null && !value && !fault && (
        <p role="status">
          {phase?.text ?? 'Opening a device'} … {phase && phase.fraction !== null && formatPercent(phase.fraction, 2)}
        </p>
      )}
      {value && <Groups visibility={value} setting={setting} reference={reference} label={label} paired={paired} />}
      <p className={styles.note}>
        Visibility of a test item: the share of its k nearest items, by each modality, that are in the user’s history.
        Visibility of a user: the mean over the test items. Easy: 0.5 or more; hard: 0.
      </p>
    </Panel>
  );
}

function Groups({
  visibility,
  setting,
  reference,
  label,
  paired,
}: DifficultyPanelProps & { readonly visibility: Visibility }) {
  const rows = useMemo(
    () =>
      groupGains(
        groupsAmong(difficultyGroups(visibility.values), visibility.users, paired.users),
        paired.mine,
        paired.theirs,
      ),
    [visibility, paired],
  );
  const by = `${formatCount(visibility.neighbours)} nearest items by ${visibility.modalities.join(', ')}`;
  const words = useMemo(
    () => ({
      holds: 'Visibility',
      setting: setting.label,
      reference: reference.label,
      metric: label,
      caption: `${label} by difficulty on ${setting.dataset.name}: visibility of the test items among the ${by}.`,
    }),
    [setting, reference, label, by],
  );
  return (
    <>
      <p>{by}</p>
      <GroupGainsTable title="By difficulty" rows={rows} words={words} />
    </>
  );
}
