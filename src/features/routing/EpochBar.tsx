import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/Button';
import { shownEpoch } from '../readings/words';
import type { RoutingFrame } from './frames';
import type { EpochPlayer } from './useEpochPlayer';
import styles from './routing.module.css';

interface EpochBarProps {
  readonly frames: readonly RoutingFrame[];
  readonly player: EpochPlayer;
  readonly stage: 1 | 2;
  /** Shares of the epochs at which the second stage begins; null while it has not. */
  readonly switchShare: number | null;
}

/** Goes through the epochs by slider, by step, or by itself. */
export function EpochBar({ frames, player, stage, switchShare }: EpochBarProps) {
  const frame = frames[player.place];
  if (!frame) return null;
  const epoch = shownEpoch(frame.epoch);
  const stageName = stage === 1 ? 'stage 1: coverage' : 'stage 2: confidence';
  return (
    <div className={styles.player} role="group" aria-label="Shown epoch">
      <Button
        small
        aria-label="Previous epoch"
        disabled={player.place === 0}
        onClick={() => player.show(player.place - 1)}
      >
        ◀
      </Button>
      <Button
        small
        aria-label={player.playing ? 'Pause' : 'Play the epochs'}
        disabled={frames.length < 2}
        onClick={player.toggle}
      >
        <Icon name={player.playing ? 'pause' : 'play'} />
      </Button>
      <Button
        small
        aria-label="Next epoch"
        disabled={player.place >= frames.length - 1}
        onClick={() => player.show(player.place + 1)}
      >
        ▶
      </Button>
      <div className={styles.track}>
        <span className={styles.stages} aria-hidden>
          <span className={styles.stage} style={{ inlineSize: `${100 * (switchShare ?? 1)}%` }}>
            coverage
          </span>
          {switchShare !== null && <span className={styles.stage}>confidence</span>}
        </span>
        <input
          type="range"
          aria-label="Epoch"
          min={0}
          max={Math.max(0, frames.length - 1)}
          value={player.place}
          aria-valuetext={`epoch ${epoch}, ${stageName}`}
          onPointerDown={() => holdUntilReleased(player.hold)}
          onChange={(event) => player.seek(Number(event.target.value))}
        />
      </div>
      <output className={styles.epoch}>
        epoch {epoch} · {stageName}, {stage === 1 ? 'use all experts' : 'choose firmly'}
      </output>
    </div>
  );
}

/** The pointer may be let go anywhere on the page. */
function holdUntilReleased(hold: EpochPlayer['hold']): void {
  const end = new AbortController();
  const release = (): void => {
    end.abort();
    hold(false);
  };
  for (const event of ['pointerup', 'pointercancel', 'blur'])
    window.addEventListener(event, release, { signal: end.signal });
  hold(true);
}
