import { Page } from '../../app/primitives/Page';

export function DatasetPage() {
  return <Page title="Dataset">{null}</Page>;
}
