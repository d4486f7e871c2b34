import { Dialog } from '../ui/Dialog';
import { Checkbox, Choice } from '../ui/Field';
import { useShortcutState, type Shortcut } from '../ui/shortcuts';
import { RunSettings } from './RunNotices';
import styles from './ShortcutSheet.module.css';
import { APP_VERSION } from '../domain/version';
import { THEME_CHOICES, useTheme, type ThemeChoice } from '../ui/theme';

const THEME_LABELS: Readonly<Record<ThemeChoice, string>> = { system: 'System', light: 'Light', dark: 'Dark' };

/** Lists what the keyboard can do here, and holds the preferences of the page itself. */
export function ShortcutSheet() {
  const { shortcuts, enabled, sheetOpen, setEnabled, setSheetOpen } = useShortcutState();
  const { choice, choose } = useTheme();
  const groups = [...new Set(shortcuts.map((shortcut) => shortcut.group))];
  return (
    <Dialog open={sheetOpen} onOpenChange={setSheetOpen} title="Keyboard and appearance">
      {groups.map((group) => (
        <section key={group} className={styles.group}>
          <h3>{group}</h3>
          <dl className={styles.list}>
            {shortcuts
              .filter((shortcut) => shortcut.group === group)
              .map((shortcut) => (
                <ShortcutRow key={shortcut.keys} shortcut={shortcut} />
              ))}
          </dl>
        </section>
      ))}
      <p className={styles.note}>
        Tab and Shift Tab move between controls; Enter or Space operates them; Escape closes.
      </p>
      <Checkbox
        label="Use these single-key shortcuts"
        help="Turn this off if speech input or another tool sends letters to the page."
        checked={enabled}
        onCheckedChange={setEnabled}
      />
      <Choice
        label="Appearance"
        segments
        value={choice}
        options={THEME_CHOICES.map((value) => ({ value, label: THEME_LABELS[value] }))}
        onValueChange={choose}
      />
      <RunSettings />
      <p className={styles.note}>Lodestone {APP_VERSION}</p>
    </Dialog>
  );
}

function ShortcutRow({ shortcut }: { readonly shortcut: Shortcut }) {
  return (
    <div className={styles.row}>
      <dt>
        {shortcut.keys.split(' ').map((key, index) => (
          <span key={index}>
            {index > 0 && ' then '}
            <kbd>{key}</kbd>
          </span>
        ))}
      </dt>
      <dd>{shortcut.label}</dd>
    </div>
  );
}
