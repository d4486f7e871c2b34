import { Page } from '../../app/primitives/Page';

export function DataPage() {
  return <Page title="Data">{null}</Page>;
}
