import { useEffect, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { Report } from '../../domain/report';
import { useReports } from '../../state/reports';
import { Button, IconButton } from '../../ui/Button';
import { DataTable, type Column } from '../../ui/DataTable';
import { formatDateTime, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { FaultNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { ConfirmDialog } from '../../ui/Dialog';
import { newReport } from './blocks';
import styles from './studies.module.css';

/** The reports of this browser. */
export function ReportsPanel() {
  const { reports, unreadable, loaded, fault } = useReports();
  const navigate = useNavigate();
  useEffect(() => void useReports.getState().load(), []);
  const begin = (): void => {
    const report = newReport(null);
    void useReports
      .getState()
      .add(report)
      .then(() => navigate(`/reports/${report.id}`));
  };
  return (
    <Panel
      title="Reports"
      actions={
        <Button small onClick={begin}>
          New report
        </Button>
      }
    >
      {fault && <FaultNotice fault={fault} />}
      {unreadable.length > 0 && (
        <Notice tone="warning" title={`This version cannot read ${plural(unreadable.length, 'report')}.`}>
          They stay as they are stored, but are in no backup; a newer version of Lodestone may show them.
        </Notice>
      )}
      {loaded && reports.length === 0 ? (
        <p className={styles.quiet}>
          A report is a page of your words with results, curves and routings that stay live. It is saved as one HTML
          file or as a LaTeX bundle. Report beside a study begins one with its results.
        </p>
      ) : (
        <DataTable
          label="Reports"
          columns={COLUMNS}
          rows={reports}
          rowId={({ id }) => id}
          initialSort={{ id: 'changed', descending: true }}
        />
      )}
    </Panel>
  );
}

function DeleteReport({ report: { id, title } }: { readonly report: Report }) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <IconButton small label={`Delete ${title}`} icon={<Icon name="trash" />} onClick={() => setAsked(true)} />
      {asked && (
        <ConfirmDialog
          open
          onOpenChange={setAsked}
          title={`Delete the report “${title}”?`}
          description="Its words are gone then. The runs that it shows stay."
          confirmLabel="Delete"
          onConfirm={() => useReports.getState().remove(id)}
        />
      )}
    </>
  );
}

const COLUMNS: readonly Column<Report>[] = [
  {
    id: 'title',
    header: 'Report',
    rowHeader: true,
    value: ({ title }) => title,
    cell: ({ id, title }) => <Link to={`/reports/${id}`}>{title}</Link>,
  },
  { id: 'parts', header: 'Parts', numeric: true, value: ({ blocks }) => blocks.length },
  {
    id: 'changed',
    header: 'Changed',
    value: ({ changedAt }) => changedAt,
    cell: ({ changedAt }) => formatDateTime(changedAt),
  },
  {
    id: 'actions',
    header: 'Actions',
    hideHeader: true,
    sortable: false,
    value: () => null,
    cell: (report) => <DeleteReport report={report} />,
  },
];
