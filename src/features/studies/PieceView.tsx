import { useMemo } from 'react';
import { CurveChart } from '../../charts/CurveChart';
import { PaperButtons } from '../../charts/PaperButtons';
import type { PaperTable } from '../../charts/paperTable';
import { Surface } from '../../ui/Panel';
import { ExpertMap } from '../readings/ExpertMap';
import { markdownHtml } from './markdown';
import type { Piece } from './pieces';
import styles from './studies.module.css';

/** A part of a report on the page: tables with their buttons, charts that answer to the pointer. */
export function PieceView({ piece }: { readonly piece: Piece }) {
  switch (piece.kind) {
    case 'text':
      return <Words text={piece.text} />;
    case 'table':
      return <PaperView paper={piece.paper} data={piece.data} />;
    case 'missing':
      return <p className={styles.missing}>⚠ {piece.words}</p>;
    case 'curves':
      return (
        <Surface>
          <CurveChart
            title={piece.title}
            series={piece.series}
            xLabel="epoch"
            yLabel={piece.yLabel}
            cursorKey={piece.caption}
            emptyText="None of these runs kept its epochs."
          />
          <p className={styles.caption}>{piece.caption}</p>
        </Surface>
      );
    case 'routing':
      return (
        <Surface>
          <ExpertMap
            title={piece.title}
            summary={piece.caption}
            groups={piece.shape.groups}
            families={piece.shape.families}
            cells={piece.cells}
            reach={piece.reach}
          />
          <p className={styles.caption}>{piece.caption}</p>
        </Surface>
      );
  }
}

function Words({ text }: { readonly text: string }) {
  const html = useMemo(() => markdownHtml(text), [text]);
  return <div className={styles.prose} dangerouslySetInnerHTML={{ __html: html }} />;
}

interface PaperViewProps {
  readonly paper: PaperTable;
  readonly data: Extract<Piece, { kind: 'table' }>['data'];
}

/** A table as a paper has it. */
function PaperView({ paper, data }: PaperViewProps) {
  const { caption, columns, rows, rules = [], notes = [] } = paper;
  const plain = () => ({ columns, rows: rows.map((cells) => cells.map(({ text }) => text)) });
  return (
    <div>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label={caption}>
        <table className={styles.paper}>
          <caption>{[caption, ...notes].join(' ')}</caption>
          <thead>
            <tr>
              {columns.map((name, i) =>
                name === '' ? (
                  <td key={i} />
                ) : (
                  <th key={i} scope="col">
                    {name}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map(([first, ...others], i) => (
              <tr key={i} data-rule={rules.includes(i)}>
                <th scope="row">{first?.text}</th>
                {others.map(({ text, place, mark }, j) => (
                  <td key={j}>
                    {place === 'best' ? <strong>{text}</strong> : place === 'second' ? <u>{text}</u> : text}
                    {mark}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles.tableButtons}>
        <PaperButtons title={caption} paper={() => paper} data={() => data ?? plain()} />
      </div>
    </div>
  );
}
