import { formatCount } from '../../ui/format';
import { Disclosure } from '../../ui/Disclosure';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import type { ChoiceProvenance } from '../../domain/candidateChoices';
import type { AttributeProvenance } from '../../domain/itemAttributes';
import type { ReasoningProvenance } from '../../domain/reasoning';
import styles from './ReasoningOrigin.module.css';

/** Where the vectors of a derived dataset come from. */
export function ReasoningOrigin({ provenance }: { readonly provenance: ReasoningProvenance }) {
  const { from, models, encoder, digests, prompts, counts, history, sampling, seed, attributes, choices } = provenance;
  const asked = [prompts.describe, prompts.profile, attributes?.prompt, choices?.prompt].filter(
    (one) => one !== undefined,
  );
  const { imported } = counts;
  // Nobody can know which interactions an imported profile was written from.
  const note =
    imported && imported.profiles > 0
      ? `profiles ${choices ? 'and pairs ' : ''}made here come from training interactions only`
      : `profiles ${choices ? 'and pairs ' : ''}come from training interactions only`;
  return (
    <Panel title="Item texts and user profiles" note={note}>
      <StatList rows>
        <Stat
          label="Made from"
          value={
            <span title={from.fingerprint}>
              {from.name}, {from.fingerprint.slice(0, 12)}
            </span>
          }
        />
        <Stat
          label="Images described by"
          value={<span title={digests?.describe ?? undefined}>{models.describe}</span>}
          note={`${formatCount(counts.describedItems)} items; ${formatCount(counts.itemsWithoutImage)} without a picture, ${formatCount(counts.itemsWithoutText)} without a text, ${formatCount(counts.emptyItems)} with neither`}
        />
        <Stat
          label="Profiles written by"
          value={<span title={digests?.profile ?? undefined}>{models.profile}</span>}
          note={`${formatCount(counts.profiledUsers)} users; ${formatCount(counts.emptyUsers)} without a profile`}
        />
        {imported && (
          <Stat
            label="Texts from files"
            value={formatCount(imported.descriptions + imported.documents + imported.profiles)}
            note={`${formatCount(imported.descriptions)} descriptions of pictures, ${formatCount(imported.documents)} complete item texts, ${formatCount(imported.profiles)} profiles; no model wrote them`}
          />
        )}
        <Stat
          label="Encoded by"
          value={<span title={encoder?.id ?? digests?.encode ?? undefined}>{encoder?.name ?? models.encode}</span>}
          {...(encoder && { note: `in the page; files ${encoder.id.slice(0, 12)}` })}
        />
        <Stat
          label="Histories"
          value={`${history.rule === 'recent' ? 'the most recent' : 'evenly spaced'}, ${formatCount(history.most)} items at most`}
          note={`${formatCount(counts.cutHistories)} were truncated`}
        />
        <Stat label="Sampling" value={sampling === 'greedy' ? `temperature 0, seed ${seed}` : 'server defaults'} />
        <Stat label="Texts edited by hand" value={formatCount(counts.editedTexts)} />
        {attributes && <AttributeStats attributes={attributes} />}
        {choices && <ChoiceStats choices={choices} />}
      </StatList>
      <Disclosure title="Prompts" summary={asked.map(({ hash }) => hash.slice(0, 12)).join(', ')}>
        {asked.map(({ hash, text }) => (
          <p key={hash} className={styles.prompt}>
            {text}
          </p>
        ))}
      </Disclosure>
    </Panel>
  );
}

/** Which fields were asked for, and how many items answer them. */
function AttributeStats({ attributes: { model, fields, counts } }: { readonly attributes: AttributeProvenance }) {
  const names = (origin: 'given' | 'asked'): string =>
    fields
      .filter((field) => field.origin === origin)
      .map(({ name }) => name)
      .join(', ');
  return (
    <>
      <Stat
        label="Attributes answered by"
        value={model}
        note={`${formatCount(counts.answered)} items; ${formatCount(counts.unparsed)} whose answers had another form, ${formatCount(counts.withoutText)} without a text, ${formatCount(counts.leftOut)} left out`}
      />
      <Stat
        label="Fields"
        value={names('asked')}
        note={`asked for, which are ours and not the authors’; as they are: ${names('given') || 'none'}`}
      />
    </>
  );
}

/** Whose best items were the candidates, and how many users have a pair. */
function ChoiceStats({ choices: { model, run, masked, candidates, counts } }: { readonly choices: ChoiceProvenance }) {
  return (
    <>
      <Stat
        label="Pairs chosen by"
        value={model}
        note={`${formatCount(counts.pairs)} users; ${formatCount(counts.unparsed)} whose answers had another form, ${formatCount(counts.withoutHistory)} without a history, ${formatCount(counts.withoutCandidates)} without candidates, ${formatCount(counts.leftOut)} left out`}
      />
      <Stat
        label="Candidates"
        value={<span title={run.id}>{run.name}</span>}
        note={`${run.model}, seed ${run.seed}: the ${candidates} best items of each user${masked ? ', without training items' : ', training items among them'}; the base run is ours`}
      />
    </>
  );
}
