import { MARK_GLYPHS } from './marks';
import { tickLabel } from './ticks';
import { looksOf, someNone, type PointColours } from './pointColours';
import styles from './pointCloud.module.css';

/** What the colours of a cloud mean: a bar for magnitudes, glyphs for classes. */
export function PointLegend({ colours }: { readonly colours: PointColours }) {
  const { looks, of } = looksOf(colours);
  const none = looks[looks.length - 1];
  return (
    <div className={styles.legend}>
      <span>{colours.label}</span>
      {colours.kind === 'scale' ? (
        <span className={styles.scale}>
          {tickLabel(colours.low)}
          <span
            className={styles.ramp}
            style={{
              background: `linear-gradient(to right, ${looks
                .slice(0, -1)
                .map(({ colour }) => colour)
                .join(', ')})`,
            }}
          />
          {tickLabel(colours.high)}
          {colours.log && ' log scale'}
        </span>
      ) : (
        <ul className={styles.classes} aria-label={colours.label}>
          {colours.names.map((name, slot) => (
            <li key={name}>
              <span aria-hidden style={{ color: looks[slot]?.colour }}>
                {MARK_GLYPHS[looks[slot]?.shape ?? 'circle']}
              </span>{' '}
              {name} ({of.reduce((count, look) => count + (look === slot ? 1 : 0), 0)})
            </li>
          ))}
        </ul>
      )}
      {someNone(colours) && (
        <span>
          <span aria-hidden style={{ color: none?.colour }}>
            ●
          </span>{' '}
          {colours.none}
        </span>
      )}
    </div>
  );
}
