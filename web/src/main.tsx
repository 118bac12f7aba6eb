/** Starts the console: theme first, so that nothing flashes, then data and pages. */
import './style/tokens.css';
import './style/fonts.css';
import './style/base.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RequestProblem } from './data/request.ts';
import { createConsoleRouter } from './router.tsx';
import { applyTheme } from './shell/theme.ts';

applyTheme();

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (failures, error) => failures < 2 && error instanceof RequestProblem && (error.status === 0 || error.status >= 500),
      retryDelay: 800,
    },
  },
});

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={createConsoleRouter(client)} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
