import { Page } from '../../app/primitives/Page';

export function RunsPage() {
  return <Page title="Runs">{null}</Page>;
}
