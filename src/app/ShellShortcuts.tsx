import { useEffect, useMemo } from 'react';
import { useNavigate } from 'react-router';
import { listenForShortcuts, useShortcuts, useShortcutState, type Shortcut } from '../ui/shortcuts';
import { THEME_CHOICES, useTheme } from '../ui/theme';

/** The shortcuts that work on every page. */
export function ShellShortcuts() {
  const navigate = useNavigate();
  const shortcuts = useMemo((): readonly Shortcut[] => {
    const place = (keys: string, label: string, to: string): Shortcut => ({
      keys,
      label,
      group: 'Go to',
      run: () => void navigate(to),
    });
    return [
      place('g d', 'Data', '/data'),
      place('g e', 'Experiment', '/experiment'),
      place('g r', 'Runs', '/runs'),
      place('g c', 'Compare', '/compare'),
      place('g s', 'Studies', '/studies'),
      place('g t', 'Papers’ tables', '/tables'),
      place('g v', 'Device', '/device'),
      place('g h', 'Help', '/help'),
      {
        keys: 't',
        label: 'Theme: system, light, dark',
        group: 'Page',
        run: () => {
          const { choice, choose } = useTheme.getState();
          choose(THEME_CHOICES[(THEME_CHOICES.indexOf(choice) + 1) % THEME_CHOICES.length] ?? 'system');
        },
      },
      { keys: '?', label: 'This list', group: 'Page', run: () => useShortcutState.getState().setSheetOpen(true) },
    ];
  }, [navigate]);
  useShortcuts(shortcuts);
  useEffect(listenForShortcuts, []);
  return null;
}
