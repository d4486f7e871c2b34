import { useEffect, useRef } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { GUIDE } from 'lodestone:guide';
import { ButtonLink } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { GUIDE_ORDER } from './order';
import styles from './help.module.css';

const titleOf = (id: string): string => GUIDE.find((page) => page.id === id)?.title ?? id;

/** The guide inside the app: it came with the page and needs no network. */
export function HelpPage() {
  const { id } = useParams();
  const [parameters] = useSearchParams();
  const at = parameters.get('at');
  const text = useRef<HTMLDivElement>(null);
  const page = GUIDE.find((one) => one.id === id);

  // The frame has put the focus on the page's beginning; this is the part that was asked for.
  useEffect(() => {
    const heading = at === null ? null : text.current?.querySelector<HTMLElement>(`[id="${CSS.escape(at)}"]`);
    if (!heading) return undefined;
    const frame = requestAnimationFrame(() => {
      heading.scrollIntoView();
      heading.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [at, id]);

  if (id !== undefined && !page)
    return (
      <Page title="Help">
        <Notice title="The guide has no such page." actions={<ButtonLink to="/help">All of the guide</ButtonLink>}>
          The address may come from another version.
        </Notice>
      </Page>
    );
  return (
    <Page title={page ? page.title : 'Help'} subtitle={page ? 'Help' : 'The guide, by what you want to do'}>
      <div className={styles.columns}>
        <nav aria-label="Guide">
          <ul className={styles.list} data-short={page !== undefined}>
            {GUIDE_ORDER.map(({ id: one, about }) => (
              <li key={one}>
                <Link to={`/help/${one}`} {...(one === id && { 'aria-current': 'page' as const })}>
                  {titleOf(one)}
                </Link>
                {!page && <span className={styles.about}>{about}</span>}
              </li>
            ))}
          </ul>
        </nav>
        {/* Made of this repository's own Markdown when the app was built. */}
        {page && <div ref={text} className={styles.text} dangerouslySetInnerHTML={{ __html: page.html }} />}
      </div>
    </Page>
  );
}
