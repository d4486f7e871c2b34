import { formatCount } from '../../ui/format';
import { Disclosure } from '../../ui/Disclosure';
import { Panel } from '../../ui/Panel';
import { Stat, StatList } from '../../ui/Stat';
import type { ReasoningProvenance } from '../../domain/reasoning';
import styles from './ReasoningOrigin.module.css';

/** Where the vectors of a derived dataset come from. */
export function ReasoningOrigin({ provenance }: { readonly provenance: ReasoningProvenance }) {
  const { from, models, encoder, digests, prompts, counts, history, sampling, seed } = provenance;
  const { imported } = counts;
  // Nobody can know which interactions an imported profile was written from.
  const note =
    imported && imported.profiles > 0
      ? 'profiles made here come from training interactions only'
      : 'profiles come from training interactions only';
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
      </StatList>
      <Disclosure
        title="Prompts"
        summary={`${prompts.describe.hash.slice(0, 12)}, ${prompts.profile.hash.slice(0, 12)}`}
      >
        <p className={styles.prompt}>{prompts.describe.text}</p>
        <p className={styles.prompt}>{prompts.profile.text}</p>
      </Disclosure>
    </Panel>
  );
}
