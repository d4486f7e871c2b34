import { Button } from '../../ui/Button';
import { Field, Input } from '../../ui/Field';
import { parseSeeds, SEED_OFFERS } from './draft';
import styles from './SeedsField.module.css';

interface SeedsFieldProps {
  /** As typed. */
  readonly seeds: string;
  readonly help: string;
  readonly onSeeds: (seeds: string) => void;
}

/** One seed or several, with what is usual. */
export function SeedsField({ seeds, help, onSeeds }: SeedsFieldProps) {
  const parsed = parseSeeds(seeds);
  return (
    <>
      <Field
        label={(parsed.seeds?.length ?? 1) === 1 ? 'Seed' : 'Seeds'}
        help={help}
        {...(parsed.problem && { error: parsed.problem })}
      >
        {(control) => (
          <Input {...control} inputMode="numeric" value={seeds} onChange={(event) => onSeeds(event.target.value)} />
        )}
      </Field>
      <div className={styles.offers}>
        {SEED_OFFERS.map((offer) => (
          <Button
            key={offer.seeds}
            small
            aria-pressed={seeds === offer.seeds}
            onClick={() => onSeeds(offer.seeds)}
            title={offer.hint}
          >
            {offer.label}
          </Button>
        ))}
      </div>
    </>
  );
}
