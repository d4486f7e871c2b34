import { useRouteError } from 'react-router';
import { faultOf } from '../domain/errors';
import { Button } from '../ui/Button';
import { FaultNotice } from '../ui/Notice';
import { Page } from '../ui/Page';

/** Stands in for a page that failed; the rest of the frame keeps working. */
export function RouteError() {
  const fault = faultOf(useRouteError());
  return (
    <Page title="This page failed">
      <FaultNotice fault={fault} actions={<Button onClick={() => window.location.reload()}>Reload</Button>} />
    </Page>
  );
}
