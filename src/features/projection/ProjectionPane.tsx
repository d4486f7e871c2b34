import { memo } from 'react';
import { formatPercent } from '../../ui/format';
import { Button } from '../../ui/Button';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { ProgressBar } from '../../ui/ProgressBar';
import { PointCloud } from '../../charts/PointCloud';
import type { PointColours } from '../../charts/pointColours';
import type { ProjectionMethod, Traits } from '../../domain/projection';
import { vectorsLabel } from './choices';
import { axisLabels, pointName, pointsWords, pointTable, pointValue } from './rows';
import type { ShownProjection, Subject } from './useProjection';
import styles from './projection.module.css';

interface ProjectionPaneProps {
  readonly subject: Subject;
  /** Names the run, where another one stands beside it. */
  readonly named: boolean;
  readonly shown: ShownProjection;
  readonly method: ProjectionMethod;
  readonly colours: PointColours | null;
  readonly traits: Traits | null;
  readonly focused: number;
  readonly onFocus: (point: number) => void;
}

/** One projection: the picture, or how far it is, or why there is none. */
export const ProjectionPane = memo(function ProjectionPane({
  subject,
  named,
  shown,
  method,
  colours,
  traits,
  focused,
  onFocus,
}: ProjectionPaneProps) {
  const { projection, working, fault, cancelled, newer } = shown;
  const what = vectorsLabel(subject.vectors);
  const title = named ? `${what}, ${subject.run.name}` : what;
  return (
    <Panel
      title={title}
      {...(projection && {
        note: `${pointsWords(projection)}, ${projection.columns} columns, after epoch ${projection.epoch + 1}`,
      })}
    >
      {fault && <FaultNotice fault={fault} actions={<Button onClick={shown.again}>Try again</Button>} />}
      {cancelled && (
        <Notice title="Cancelled." actions={<Button onClick={shown.again}>Project again</Button>}>
          Nothing was stored.
        </Notice>
      )}
      {newer && !working && (
        <Notice
          title="A newer checkpoint is available."
          actions={<Button onClick={shown.again}>Update the plot</Button>}
        >
          The plot shows an earlier one.
        </Notice>
      )}
      {working && (!projection || method === 'umap') && <Working shown={shown} />}
      {projection && colours && traits && (
        <PointCloud
          title={`${method === 'pca' ? 'Principal components' : 'UMAP'}, ${title}`}
          heading={<Words method={method} explained={projection.explained} />}
          points={projection}
          colours={colours}
          xLabel={axisLabels(method, projection)[0]}
          yLabel={axisLabels(method, projection)[1]}
          summary={`${what}: ${pointsWords(projection)} in the plane${projection.explained ? `; the two components explain ${formatPercent(projection.explained[0])} and ${formatPercent(projection.explained[1])} of the variance` : ''}.`}
          describe={(point) => [pointName(projection, traits, point), pointValue(colours, point)]}
          table={() => pointTable(method, projection, colours, traits)}
          focused={focused}
          onFocus={onFocus}
        />
      )}
    </Panel>
  );
});

function Words({
  method,
  explained,
}: {
  readonly method: ProjectionMethod;
  readonly explained: readonly [number, number] | null;
}) {
  if (method === 'umap' || !explained) return <>UMAP</>;
  return (
    <>
      PCA <span className={styles.quiet}>explains {formatPercent(explained[0] + explained[1])} of the variance</span>
    </>
  );
}

function Working({ shown }: { readonly shown: ShownProjection }) {
  const text = shown.phase?.text ?? 'waiting for the analysis worker';
  const fraction = shown.phase?.fraction ?? null;
  const words = fraction === null ? text : `${text}: ${formatPercent(fraction, 2)}`;
  return (
    <div className={styles.working}>
      <ProgressBar label="Projection" fraction={fraction} text={words} />
      <p className={styles.note}>{words}</p>
      <Button small onClick={shown.cancel}>
        Cancel
      </Button>
    </div>
  );
}
