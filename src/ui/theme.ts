import { create } from 'zustand';

/** What a person chose, and what that means at the moment. */
export type ThemeChoice = 'system' | 'light' | 'dark';
export type Theme = 'light' | 'dark';

export const THEME_CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

// localStorage, because it answers before the first paint.
const KEY = 'lodestone.theme';

interface ThemeState {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
  choose(choice: ThemeChoice): void;
}

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return THEME_CHOICES.find((choice) => choice === value) ?? 'system';
  } catch {
    return 'system';
  }
}

function meaning(choice: ThemeChoice): Theme {
  if (choice !== 'system') return choice;
  return systemDark.matches ? 'dark' : 'light';
}

export const useTheme = create<ThemeState>()((set) => ({
  choice: stored(),
  theme: meaning(stored()),
  choose: (choice) => {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    set({ choice, theme: meaning(choice) });
  },
}));

/** Writes the theme on the root element and follows the system from now on. Call once, before the first render. */
export function startTheme(): void {
  const write = (theme: Theme): void => {
    document.documentElement.dataset['theme'] = theme;
  };
  write(useTheme.getState().theme);
  useTheme.subscribe((state) => write(state.theme));
  systemDark.addEventListener('change', () => useTheme.setState(({ choice }) => ({ theme: meaning(choice) })));
}
