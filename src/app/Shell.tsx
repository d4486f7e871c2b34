import { Suspense, useEffect, useRef } from 'react';
import { NavLink, Outlet, useLocation, useNavigation } from 'react-router';
import { CommandPalette } from './CommandPalette';
import { Header } from './Header';
import { Icon, type IconName } from '../ui/Icon';
import { useDatasets } from '../state/datasets';
import { useDevice } from '../state/device';
import { TooltipProvider } from '../ui/Tooltip';
import styles from './Shell.module.css';
import { ShellShortcuts } from './ShellShortcuts';
import { ShortcutSheet } from './ShortcutSheet';
import { KeptNotices } from './KeptNotices';
import { RunNotices } from './RunNotices';
import { NewerStoreNotice } from './NewerStoreNotice';
import { ClearedNotice } from './ClearedNotice';
import { VersionNotice } from './VersionNotice';

const PLACES: readonly { readonly to: string; readonly label: string; readonly icon: IconName }[] = [
  { to: '/data', label: 'Data', icon: 'data' },
  { to: '/experiment', label: 'Experiment', icon: 'experiment' },
  { to: '/runs', label: 'Runs', icon: 'runs' },
  { to: '/compare', label: 'Compare', icon: 'compare' },
  { to: '/studies', label: 'Studies', icon: 'studies' },
  { to: '/device', label: 'Device', icon: 'device' },
];

/** The frame around every page: rail, header, page, shortcut sheet. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const navigation = useNavigation();
  const shown = useRef(pathname);

  useEffect(() => {
    void useDatasets.getState().load();
    void useDevice.getState().load();
  }, []);

  // After a change of page the keyboard continues at its content, not at the top of the rail.
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    // Who has opened a dialog meanwhile goes on in it.
    if (!document.activeElement?.closest('[role="dialog"]')) main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname]);

  return (
    <TooltipProvider delayDuration={400}>
      <div className={styles.shell}>
        <a
          className={styles.skip}
          href="#content"
          onClick={(event) => {
            // The fragment belongs to the router.
            event.preventDefault();
            main.current?.focus();
          }}
        >
          Skip to content
        </a>
        <nav className={styles.rail} aria-label="Pages">
          {PLACES.map((place) => (
            <NavLink key={place.to} to={place.to} className={styles.place ?? ''}>
              <Icon name={place.icon} size={20} />
              {place.label}
            </NavLink>
          ))}
        </nav>
        <Header />
        <main ref={main} id="content" className={styles.main} tabIndex={-1} aria-busy={navigation.state === 'loading'}>
          <NewerStoreNotice />
          <KeptNotices />
          <ClearedNotice />
          <RunNotices />
          <VersionNotice />
          <Suspense fallback={<p className={styles.loading}>Loading the page …</p>}>
            <Outlet />
          </Suspense>
        </main>
        <ShellShortcuts />
        <ShortcutSheet />
        <CommandPalette />
      </div>
    </TooltipProvider>
  );
}
