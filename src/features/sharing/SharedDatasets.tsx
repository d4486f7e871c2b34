import { formatCount, formatFingerprint, plural } from '../../ui/format';
import { Button, ButtonLink } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { SPLIT_RULE_LABELS } from '../../ui/words';
import { localMatch, type SharedStudy } from '../../domain/shared';
import { type SharedDataset } from '../../domain/sharedRun';
import { useDatasets } from '../../state/datasets';
import { useRunHere } from './useRunHere';

/** Whether the study's datasets are here, how they get here, and the button that runs it on them. */
export function SharedDatasets({ study }: { readonly study: SharedStudy }) {
  const loaded = useDatasets((state) => state.loaded);
  if (!loaded) return null;
  return study.datasets.map((dataset, place) => (
    <SharedDatasetNotice key={dataset.fingerprint} study={study} shared={dataset} place={place} />
  ));
}

interface SharedDatasetNoticeProps {
  readonly study: SharedStudy;
  readonly shared: SharedDataset;
  readonly place: number;
}

function SharedDatasetNotice({ study, shared, place }: SharedDatasetNoticeProps) {
  const { starting, start } = useRunHere();
  const datasets = useDatasets((state) => state.datasets);
  const making = useDatasets((state) => state.job?.kind === 'demo');
  const match = localMatch(shared, datasets);
  const runs = study.runs.filter(({ dataset }) => dataset === place);
  const counts = `${formatCount(shared.users)} users, ${formatCount(shared.items)} items, ${formatCount(shared.interactions)} interactions`;

  if (match.kind === 'same') {
    return (
      <Notice
        tone="ok"
        title={`${shared.name} is here, with the same content.`}
        actions={
          <Button variant="primary" disabled={starting} onClick={() => void start(match.dataset, runs)}>
            Run it here
          </Button>
        }
      >
        The fingerprints agree ({formatFingerprint(shared.fingerprint)}…).{' '}
        {runs.length === 1
          ? 'The form opens with these options and this seed. The new result is then shown next to this one.'
          : `${plural(runs.length, 'run')} will be queued with these options and seeds.`}
      </Notice>
    );
  }
  if (shared.demo) {
    const options = shared.demo;
    return (
      <Notice
        title={`${shared.name} is a demo dataset, so you can make it here.`}
        actions={
          <Button disabled={making} onClick={() => useDatasets.getState().makeDemo(options)}>
            {making ? 'Making it …' : 'Make the demo dataset'}
          </Button>
        }
      >
        {counts}. It is the same on every device. You can then run this experiment here.
      </Notice>
    );
  }
  if (match.kind === 'otherContent') {
    return (
      <Notice
        tone="warning"
        title={`${match.dataset.name} has the same numbers of users, items and interactions as ${shared.name}, but other content.`}
        actions={<ButtonLink to="/data">Data</ButtonLink>}
      >
        Split, features or ids differ, so results would not be comparable. Ask for the original files, and import them
        with the split {shared.split === 'provided' ? 'of the file' : SPLIT_RULE_LABELS[shared.split].toLowerCase()}.
      </Notice>
    );
  }
  return (
    <Notice
      tone="warning"
      title={`${shared.name} is not here.`}
      actions={
        <ButtonLink to="/data" onClick={() => useDatasets.setState({ expected: shared.reading ?? null })}>
          Add it on the Data page
        </ButtonLink>
      }
    >
      The link holds no data. The dataset has {counts}, split{' '}
      {shared.split === 'provided' ? 'as in its files' : SPLIT_RULE_LABELS[shared.split].toLowerCase()}, fingerprint{' '}
      {formatFingerprint(shared.fingerprint)}…. Drop its folder on the Data page, then come back here.
      {shared.reading && ' Its files are then read as they were for this study.'}
    </Notice>
  );
}
