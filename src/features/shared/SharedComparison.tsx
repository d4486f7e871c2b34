import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { SharedStudy } from '../../domain/shared';
import { Notice } from '../../ui/Notice';
import { ComparisonViews } from '../compare/ComparisonViews';
import type { Evidence } from '../compare/evidence';
import { useComparisonAddress } from '../compare/useComparison';
import { noCurvesWords, placeOf, type SharedSettings } from './sharedSettings';
import { runAddress, SharedRuns } from './SharedRuns';

interface SharedComparisonProps {
  readonly study: SharedStudy;
  readonly compared: SharedSettings;
}

/** Somebody's runs side by side, as the comparison of stored runs shows them; what a link lacks is said in its place. */
export function SharedComparison({ study, compared: { settings, baselines, epochs } }: SharedComparisonProps) {
  const address = useComparisonAddress();
  const reference = settings.find(({ key }) => key === address.reference) ?? settings[0];
  const evidence = useEvidence(study, baselines, settings[0]?.dataset.fingerprint ?? '');
  return (
    <ComparisonViews
      settings={settings}
      reference={reference}
      address={address}
      evidence={evidence}
      epochs={epochs}
      noCurves={noCurvesWords(study)}
      gains={<Lacking {...LACKING.gains} />}
      longTail={<Lacking {...LACKING.longTail} />}
      efficiency={<Lacking {...LACKING.efficiency} />}
      others={[{ value: 'runs', label: 'Runs', content: <SharedRuns study={study} /> }]}
    />
  );
}

interface Words {
  readonly title: string;
  readonly why: string;
}

const LACKING: Readonly<Record<'gains' | 'longTail' | 'efficiency', Words>> = {
  gains: {
    title: 'Gains cannot be shown from a link.',
    why: 'They need what each user got, which is in the study’s file (.lodestone.json, saved under Share) and not in a link.',
  },
  longTail: {
    title: 'The long tail cannot be shown from a link.',
    why: 'It needs each user’s list, which is in the study’s file (.lodestone.json, saved under Share) and not in a link, and the dataset.',
  },
  efficiency: {
    title: 'Efficiency cannot be shown from a link.',
    why: 'It needs the times and memory of the runs, which are in the study’s file (.lodestone.json, saved under Share) and not in a link.',
  },
};

const Lacking = ({ title, why }: Words) => <Notice title={title}>{why}</Notice>;

/** What a link says beside the settings. */
function useEvidence(study: SharedStudy, baselines: SharedSettings['baselines'], fingerprint: string): Evidence {
  const [parameters] = useSearchParams();
  return useMemo(() => {
    const dataset = study.datasets.find((one) => one.fingerprint === fingerprint);
    return {
      stored: false,
      baselines,
      baselineNote: null,
      // A dataset that was no longer stored where the link was made has no counts.
      dataset: { name: dataset?.name ?? '', statistics: dataset && dataset.users > 0 ? dataset : null },
      addressOf: (run) => runAddress(parameters, placeOf(run)),
    };
  }, [study, baselines, fingerprint, parameters]);
}
