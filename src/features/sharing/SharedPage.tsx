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
import { readLink } from '../../state/sharing';
import type { AskOptions } from '../../state/workerThread';
import { SharedDatasets } from './SharedDatasets';
import { SharedReadings } from './SharedReadings';
import { SharedRuns } from './SharedRuns';
import { SharedTable } from './SharedTable';

/** What somebody shared: read-only, with no data and nothing run, until "Run it here". */
export function SharedPage() {
  const [parameters] = useSearchParams();
  const text = parameters.get('x') ?? '';
  const command = useMemo(() => ({ text }), [text]);
  const { value, fault } = useAnswer(command, decode);
  // A study may have 200 runs: drawn in pieces, between which the page answers.
  const study = useDeferredValue(value);
  if (study) return <Study study={study} />;
  return (
    <Page title="Shared">
      {fault && <FaultNotice fault={fault} actions={<ButtonLink to="/runs">Your own runs</ButtonLink>} />}
    </Page>
  );
}

const decode = ({ text }: { readonly text: string }, options: AskOptions): Promise<SharedStudy> =>
  readLink(`x=${text}`, options);

function Study({ study }: { readonly study: SharedStudy }) {
  const [first] = study.runs;
  const models = [...new Set(study.runs.map(({ model }) => modelTable(model).name))].join(', ');
  const title = study.table
    ? tableTitle(study.table)
    : study.runs.length === 1 && first
      ? first.name
      : `${plural(study.runs.length, 'run')}: ${models}`;
  const made = study.app ? ` Made with Lodestone ${study.app}.` : '';
  return (
    <Page title={title} subtitle={`Someone shared this with you. Nothing was run, stored or sent.${made}`}>
      {study.table && <SharedTable study={study} table={study.table} />}
      {study.readings && <SharedReadings readings={study.readings} />}
      <SharedDatasets study={study} />
      <SharedRuns study={study} />
    </Page>
  );
}
