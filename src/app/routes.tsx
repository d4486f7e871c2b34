import { createHashRouter, Navigate } from 'react-router';
import { NotFoundPage } from './NotFoundPage';
import { RouteError } from './RouteError';
import { Shell } from './Shell';

/** Hash routes: the built folder works under any path of any static server. Each page is its own chunk. */
export function createRouter() {
  return createHashRouter([
    {
      element: <Shell />,
      errorElement: <RouteError />,
      children: [
        {
          errorElement: <RouteError />,
          HydrateFallback: () => null,
          children: [
            { index: true, element: <Navigate to="/data" replace /> },
            {
              path: 'data',
              lazy: async () => ({ Component: (await import('../features/datasets/DataPage')).DataPage }),
            },
            {
              path: 'data/:id',
              lazy: async () => ({ Component: (await import('../features/datasets/DatasetPage')).DatasetPage }),
            },
            {
              path: 'data/:id/reasoning',
              lazy: async () => ({ Component: (await import('../features/reasoning/ReasoningPage')).ReasoningPage }),
            },
            {
              path: 'experiment',
              lazy: async () => ({
                Component: (await import('../features/experiments/ExperimentPage')).ExperimentPage,
              }),
            },
            { path: 'runs', lazy: async () => ({ Component: (await import('../features/runs/RunsPage')).RunsPage }) },
            { path: 'runs/:id', lazy: async () => ({ Component: (await import('../features/runs/RunPage')).RunPage }) },
            {
              path: 'groups/:id',
              lazy: async () => ({ Component: (await import('../features/groups/GroupPage')).GroupPage }),
            },
            {
              path: 'compare',
              lazy: async () => ({ Component: (await import('../features/compare/ComparePage')).ComparePage }),
            },
            {
              path: 'studies',
              lazy: async () => ({ Component: (await import('../features/studies/StudiesPage')).StudiesPage }),
            },
            {
              path: 'reports/:id',
              lazy: async () => ({ Component: (await import('../features/studies/ReportPage')).ReportPage }),
            },
            { path: 'sweeps', element: <Navigate to="/studies" replace /> },
            {
              path: 'sweeps/:id',
              lazy: async () => ({ Component: (await import('../features/sweeps/SweepPage')).SweepPage }),
            },
            {
              path: 'tables',
              lazy: async () => ({ Component: (await import('../features/tables/TablesPage')).TablesPage }),
            },
            {
              path: 'tables/:id',
              lazy: async () => ({ Component: (await import('../features/tables/TablePage')).TablePage }),
            },
            {
              path: 'tables/here/:id',
              lazy: async () => ({ Component: (await import('../features/tables/ReproducedPage')).ReproducedPage }),
            },
            {
              path: 'shared',
              lazy: async () => ({ Component: (await import('../features/shared/SharedPage')).SharedPage }),
            },
            {
              path: 'shared/device',
              lazy: async () => ({ Component: (await import('../features/device/SharedProofPage')).SharedProofPage }),
            },
            {
              path: 'device',
              lazy: async () => ({ Component: (await import('../features/device/DevicePage')).DevicePage }),
            },
            { path: 'help', lazy: async () => ({ Component: (await import('../features/help/HelpPage')).HelpPage }) },
            {
              path: 'help/:id',
              lazy: async () => ({ Component: (await import('../features/help/HelpPage')).HelpPage }),
            },
            { path: '*', element: <NotFoundPage /> },
          ],
        },
      ],
    },
  ]);
}
