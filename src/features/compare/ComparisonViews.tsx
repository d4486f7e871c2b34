import type { ReactNode } from 'react';
import { Tabs, type Tab } from '../../ui/Tabs';
import { ComparisonControls } from './ComparisonControls';
import { MixedDevices } from './MixedDevices';
import { ResultsView, type ResultsViewProps } from './ResultsView';
import { VIEWS } from './useComparison';

interface ComparisonViewsProps extends ResultsViewProps {
  readonly gains: ReactNode;
  readonly longTail: ReactNode;
  readonly efficiency: ReactNode;
  readonly others?: readonly Tab[];
}

/** The views of a comparison, of stored runs or of somebody's; `others` stand behind those that every comparison has. */
export function ComparisonViews({ gains, longTail, efficiency, others = [], ...results }: ComparisonViewsProps) {
  const { settings, reference, address } = results;
  return (
    <>
      <MixedDevices settings={settings} />
      <ComparisonControls settings={settings} reference={reference} address={address} />
      <Tabs
        label="Views of the comparison"
        value={address.view}
        onValueChange={(view) => address.change({ view: VIEWS.find((one) => one === view) ?? 'results' })}
        tabs={[
          { value: 'results', label: 'Results', content: <ResultsView {...results} /> },
          { value: 'gains', label: 'Gains', content: gains },
          { value: 'longTail', label: 'Long tail', content: longTail },
          { value: 'efficiency', label: 'Efficiency', content: efficiency },
          ...others,
        ]}
      />
    </>
  );
}
