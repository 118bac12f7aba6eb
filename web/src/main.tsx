/** Starts the console: theme first, so that nothing flashes, then data and pages. */
import './style/tokens.css';
import './style/fonts.css';
import './style/base.css';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { session } from './data/reads.ts';
import { RequestProblem } from './data/request.ts';
import { createConsoleRouter } from './router.tsx';
import { applyTheme } from './shell/theme.ts';

applyTheme();

/** A page that is told that nobody is signed in lets the shell ask who is: it says so, and how to come back. */
function askWho(error: Error, asked: readonly unknown[]): void {
  const { queryKey } = session();
  if (error instanceof RequestProblem && error.status === 401 && asked[0] !== queryKey[0]) void client.invalidateQueries({ queryKey });
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => askWho(error, query.queryKey) }),
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
