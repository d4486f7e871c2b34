import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import './app/tokens.css';
import './app/base.css';
import { adoptSharedAddress } from './app/sharedAddress';
import { createRouter } from './app/routes';
import { startTheme } from './app/theme';

startTheme();
adoptSharedAddress();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root');
createRoot(root).render(
  <StrictMode>
    <RouterProvider router={createRouter()} />
  </StrictMode>,
);
