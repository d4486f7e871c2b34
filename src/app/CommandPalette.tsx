import { useEffect, useId, useMemo, useState, type KeyboardEvent } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { modelTable } from '../domain/models/catalogue';
import { useDatasets } from '../state/datasets';
import { useRuns } from '../state/runs';
import { Dialog } from '../ui/Dialog';
import { Input } from '../ui/Field';
import { helpFor } from '../ui/helpPlaces';
import { useShortcutState } from '../ui/shortcuts';
import { THEME_CHOICES, useTheme } from '../ui/theme';
import styles from './CommandPalette.module.css';

interface Command {
  readonly id: string;
  readonly kind: 'page' | 'run' | 'dataset' | 'action';
  readonly label: string;
  /** What it is found by besides its label. */
  readonly words: string;
  readonly run: () => void;
}

const PAGES: readonly (readonly [label: string, to: string])[] = [
  ['Data', '/data'],
  ['Experiment', '/experiment'],
  ['Runs', '/runs'],
  ['Compare', '/compare'],
  ['Studies: sweeps, sets, comparisons, reports', '/studies'],
  ['Papers’ tables', '/tables'],
  ['Device', '/device'],
  ['Help', '/help'],
];
const SHOWN = 40;

/** Opens with Ctrl+K or ⌘K on every page, also while something is typed. */
export function CommandPalette() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const hear = (event: globalThis.KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      setOpen((now) => !now);
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, []);
  return open ? <Palette onClose={() => setOpen(false)} /> : null;
}

function Palette({ onClose }: { readonly onClose: () => void }) {
  const id = useId();
  const commands = useCommands();
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/);
    const fits = ({ label, words: more }: Command): boolean =>
      words.every((word) => `${label} ${more}`.toLowerCase().includes(word));
    return commands.filter(fits).slice(0, SHOWN);
  }, [commands, text]);
  const at = Math.min(place, Math.max(0, found.length - 1));
  const take = (command: Command | undefined): void => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (event.key === 'Enter') take(found[at]);
    else if (step !== undefined && found.length > 0) setPlace((at + step + found.length) % found.length);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    // Newer browsers answer with a promise, which no effect may return.
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, at]);
  return (
    <Dialog open onOpenChange={onClose} title="Go to, or do">
      <Input
        autoFocus
        role="combobox"
        aria-label="Pages, runs, datasets, actions"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length > 0 ? `${id}-${at}` : undefined}
        placeholder="Pages, runs, datasets, actions"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setPlace(0);
        }}
        onKeyDown={onKey}
      />
      <ul id={`${id}-list`} role="listbox" aria-label="What is found" className={styles.list}>
        {found.map((command, i) => (
          <li
            key={command.id}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            className={styles.command}
            onPointerMove={() => setPlace(i)}
            onClick={() => take(command)}
          >
            <span className={styles.label}>{command.label}</span>
            <span className={styles.kind}>{command.kind}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p role="status">Nothing is called that.</p>}
    </Dialog>
  );
}

function useCommands(): readonly Command[] {
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const runs = useRuns((state) => state.runs);
  const datasets = useDatasets((state) => state.datasets);
  return useMemo(() => {
    const go = (kind: Command['kind'], label: string, to: string, words = ''): Command => ({
      id: `${kind} ${to}`,
      kind,
      label,
      words,
      run: () => void navigate(to),
    });
    const act = (label: string, run: () => void, words = ''): Command => ({
      id: `action ${label}`,
      kind: 'action',
      label,
      words,
      run,
    });
    const { choose } = useTheme.getState();
    return [
      ...PAGES.map(([label, to]) => go('page', label, to)),
      go('action', 'New experiment', '/experiment', 'start train'),
      go('action', 'Help on this page', helpFor(`${pathname}${search}`), 'guide documentation'),
      act('Keyboard and appearance', () => useShortcutState.getState().setSheetOpen(true), 'settings shortcuts'),
      ...THEME_CHOICES.map((theme) => act(`Theme: ${theme}`, () => choose(theme), 'appearance')),
      ...runs
        .toReversed()
        .map((run) =>
          go(
            'run',
            run.name,
            `/runs/${run.id}`,
            `${modelTable(run.experiment.model).name} ${run.status} ${(run.tags ?? []).join(' ')}`,
          ),
        ),
      ...datasets.map(({ id, name }) => go('dataset', name, `/data/${id}`)),
    ];
  }, [navigate, pathname, search, runs, datasets]);
}
