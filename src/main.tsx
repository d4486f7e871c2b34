import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import './app/tokens.css';
import './app/base.css';
import { adoptSharedAddress } from './ui/sharedAddress';
import { createRouter } from './app/routes';
import { startTheme } from './ui/theme';
import { hearClearing } from './state/cleared';
import { keepForOffline } from './state/newVersion';

startTheme();
adoptSharedAddress();
hearClearing();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root');
createRoot(root).render(
  <StrictMode>
    <RouterProvider router={createRouter()} />
  </StrictMode>,
);

// After the page itself, which would otherwise wait for files that it does not need yet.
if (import.meta.env.PROD) addEventListener('load', () => void keepForOffline());
