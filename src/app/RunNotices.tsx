import { useEffect } from 'react';
import { attend, canNotify, useAttention } from '../state/attention';
import { liveRun, useRuns } from '../state/runs';
import { Button } from '../ui/Button';
import { Checkbox } from '../ui/Field';
import { plural } from '../ui/format';
import { Notice } from '../ui/Notice';
import styles from './Shell.module.css';

/** A run that is over sooner needs no notification. */
const LONG_SECONDS = 60;

/** About the run that trains: whether its end is to be notified, and what closing the tab would have done. */
export function RunNotices() {
  const { notify, stayed, setNotify, dismiss } = useAttention();
  useEffect(attend, []);
  const long = useRuns(
    ({ activeId }) => activeId !== null && (liveRun(activeId)?.progress?.etaSeconds ?? 0) > LONG_SECONDS,
  );
  const epochs = useRuns(({ activeId }) => (activeId === null ? null : (liveRun(activeId)?.epochs.length ?? 0)));
  const asks = notify === null && long && canNotify();
  if (!asks && !(stayed && epochs !== null)) return null;
  return (
    <div className={styles.news}>
      {stayed && epochs !== null && (
        <Notice
          title="Closing this tab stops training."
          live="polite"
          actions={<Button onClick={dismiss}>Close</Button>}
        >
          {epochs === 0
            ? 'No epoch has finished yet.'
            : `${plural(epochs, 'finished epoch')} ${epochs === 1 ? 'is' : 'are'} kept.`}{' '}
          Nothing else is lost: the run is then interrupted, and Resume on its page goes on from its last checkpoint to
          the same result.
        </Notice>
      )}
      {asks && (
        <Notice
          title="This run takes a while. Notify you when it ends?"
          live="polite"
          actions={
            <>
              <Button variant="quiet" onClick={() => void setNotify(false)}>
                No
              </Button>
              <Button onClick={() => void setNotify(true)}>Notify me</Button>
            </>
          }
        >
          You are asked once. Keyboard and appearance, in the corner above, has the setting.
        </Notice>
      )}
    </div>
  );
}

/** The settings of the same, for the sheet. */
export function RunSettings() {
  const { notify, awake, setNotify, setAwake } = useAttention();
  const can = canNotify();
  return (
    <>
      <Checkbox
        label="Notify me when a run ends"
        help={
          can
            ? 'Only while you look elsewhere. The browser asks whether this site may.'
            : 'The browser refuses notifications from this site. Its own settings can allow them.'
        }
        checked={can && notify === true}
        disabled={!can}
        onCheckedChange={(wanted) => void setNotify(wanted)}
      />
      <Checkbox
        label="Keep the device awake while a run trains"
        help="The screen stays on while this tab is seen. A device that falls asleep trains nothing."
        checked={awake}
        onCheckedChange={setAwake}
      />
    </>
  );
}
