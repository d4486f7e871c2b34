import { useDeferredValue, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { plural } from '../../ui/format';
import { ButtonLink } from '../../ui/Button';
import { FaultNotice } from '../../ui/Notice';
import { Page } from '../../ui/Page';
import { useAnswer } from '../../state/useAsked';
import { modelTable } from '../../domain/models/catalogue';
import { tableTitle } from '../../domain/paperTables';
import type { SharedStudy } from '../../domain/shared';
import { readExample, readLink } from '../../state/sharing';
import type { AskOptions } from '../../state/workerThread';
import { EXAMPLES } from '../sharing/examples';
import { SharedDatasets } from '../sharing/SharedDatasets';
import { SharedReadings } from './SharedReadings';
import { SharedComparison } from './SharedComparison';
import { SharedRuns } from './SharedRuns';
import { sharedSettings, type SharedSettings } from './sharedSettings';
import { SharedTable } from './SharedTable';

/** What somebody shared: read-only, with no data and nothing run, until "Run it here". */
export function SharedPage() {
  const [parameters] = useSearchParams();
  const text = parameters.get('x') ?? '';
  const example = parameters.get('example');
  const command = useMemo(() => ({ text, example }), [text, example]);
  const { value, fault } = useAnswer(command, decode);
  // A study may have 200 runs: drawn in pieces, between which the page answers.
  const study = useDeferredValue(value);
  if (study) return <Study key={example} study={study} example={EXAMPLES.find(({ id }) => id === example) ?? null} />;
  return (
    <Page title="Shared">
      {fault && <FaultNotice fault={fault} actions={<ButtonLink to="/runs">Your own runs</ButtonLink>} />}
    </Page>
  );
}

interface Asked {
  readonly text: string;
  /** A study that comes with the app. */
  readonly example: string | null;
}

const decode = ({ text, example }: Asked, options: AskOptions): Promise<SharedStudy> =>
  example === null ? readLink(`x=${text}`, options) : readExample(example, options);

interface StudyProps {
  readonly study: SharedStudy;
  readonly example: (typeof EXAMPLES)[number] | null;
}

function Study({ study, example }: StudyProps) {
  const compared = useMemo(() => comparedBy(study), [study]);
  const [first] = study.runs;
  const models = [...new Set(study.runs.map(({ model }) => modelTable(model).name))].join(', ');
  const title = study.table
    ? tableTitle(study.table)
    : example
      ? example.title
      : study.runs.length === 1 && first
        ? first.name
        : `${plural(study.runs.length, 'run')}: ${models}`;
  const made = study.app ? ` Made with Lodestone ${study.app}.` : '';
  const said = example
    ? `An example that came with the page. Nothing was run or stored here.${made}`
    : `Someone shared this with you. Nothing was run, stored or sent.${made}`;
  return (
    <Page title={title} subtitle={said}>
      {study.table && <SharedTable study={study} table={study.table} />}
      {study.readings && <SharedReadings readings={study.readings} />}
      <SharedDatasets study={study} />
      {compared ? <SharedComparison study={study} compared={compared} /> : <SharedRuns study={study} />}
    </Page>
  );
}

/** What a study of several runs compares; null for a paper's table, a sweep, and where no run has ended. */
function comparedBy(study: SharedStudy): SharedSettings | null {
  if (study.runs.length < 2 || study.table || study.sweep) return null;
  const compared = sharedSettings(study);
  return compared.settings.length > 0 ? compared : null;
}
