import { Page } from '../../app/primitives/Page';

export function RunPage() {
  return <Page title="Run">{null}</Page>;
}
