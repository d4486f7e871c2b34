import { Page } from '../../app/primitives/Page';

export function ExperimentPage() {
  return <Page title="Experiment">{null}</Page>;
}
