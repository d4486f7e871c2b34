import { useLocation } from 'react-router';
import { ButtonLink } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { Page } from '../ui/Page';

export function NotFoundPage() {
  const { pathname } = useLocation();
  return (
    <Page title="No such page">
      <Notice title={`There is no page at ${pathname}.`} actions={<ButtonLink to="/data">Open Data</ButtonLink>}>
        The address may come from another version, or it was cut off when it was copied.
      </Notice>
    </Page>
  );
}
