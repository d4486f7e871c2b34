import { Link } from 'react-router';
import type { RunSummary } from '../../domain/run';
import { STATUS_WORDS, stopWords } from './words';
import styles from './RunLinks.module.css';

interface RunLinksProps {
  readonly runs: readonly RunSummary[];
  /** Where a run is shown; its own page unless said otherwise. */
  readonly addressOf?: (run: RunSummary) => string;
}

/** A link to each of several runs: its status as a glyph and a word, and its seed. */
export function RunLinks({ runs, addressOf = ({ id }) => `/runs/${id}` }: RunLinksProps) {
  return (
    <span className={styles.links}>
      {runs.map((run) => {
        const { label, glyph } = STATUS_WORDS[run.status];
        const words = stopWords(run) ?? label;
        return (
          <Link key={run.id} to={addressOf(run)} title={`seed ${run.experiment.seed}: ${words}`}>
            <span aria-hidden>{glyph}</span> {run.experiment.seed}
            <span className="visually-hidden">, {words}</span>
          </Link>
        );
      })}
    </span>
  );
}
