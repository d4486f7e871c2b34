import { useMemo } from 'react';
import { claimsOf, meaningOf, printedPart, tableTitle } from '../../domain/paperTables';
import { printedOnly } from '../../domain/printedOnly';
import type { Reproduced } from '../../domain/publishedTables';
import { judgedClaims, reproducedRows } from '../../domain/reproduced';
import type { SharedStudy } from '../../domain/shared';
import { PaperButtons } from '../../charts/PaperButtons';
import { Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { ClaimsTable, ReproducedTable, RowOrder } from '../readings/ReproducedTable';
import { reproductionData, reproductionPaper } from '../readings/reproduction';
import styles from './shared.module.css';

/** Somebody's runs of a printed table beside its figures. A link holds no user's results, so that its claims are not tested. */
export function SharedTable({ study, table }: { readonly study: SharedStudy; readonly table: Reproduced }) {
  const part = printedPart(table);
  const rows = useMemo(
    () =>
      part
        ? reproducedRows(
            part,
            study.runs.map(({ variant = '', result, searched }) => ({ variant, result, searched: searched ?? null })),
          )
        : [],
    [part, study],
  );
  if (!part)
    return (
      <Notice tone="warning" title={`This version of Lodestone does not know ${tableTitle(table)}.`}>
        The runs are below; a newer version shows them beside the printed figures.
      </Notice>
    );
  const claims = judgedClaims(claimsOf(part), rows, null);
  const datasets = study.datasets.map(({ name }) => name).join(', ');
  const caption = `${tableTitle(table)} (${table.dataset}), and the same rows on ${datasets}.`;
  return (
    <>
      <Panel
        title={`Printed for ${table.dataset}, measured on ${datasets}`}
        note="test split; mean ± sd over seeds"
        actions={
          <PaperButtons
            main
            title={caption}
            paper={() => reproductionPaper(rows, claims, caption, ['Mean and standard deviation over seeds.'])}
            data={() => reproductionData(rows)}
          />
        }
      >
        <ReproducedTable
          label="Printed and measured figures"
          rows={rows}
          absence={(name) =>
            printedOnly(name) ? 'Printed results only.' : meaningOf(part, name) ? 'Not shared.' : 'No such model here.'
          }
        />
      </Panel>
      <RowOrder rows={rows} />
      <Panel title="Claims">
        <ClaimsTable label="Printed claims" claims={claims} />
        <p className={styles.small}>
          A link holds no user’s results, so that nothing is tested here: only means are compared. Whoever made the runs
          sees the tests.
        </p>
      </Panel>
    </>
  );
}
