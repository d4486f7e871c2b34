import { Page } from '../../app/primitives/Page';

export function DevicePage() {
  return <Page title="Device">{null}</Page>;
}
