/** Where the console starts. */
import './mantine.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Refused } from './api.ts';
import { Console } from './Console.tsx';
import './console.css';

const theme = createTheme({
  primaryColor: 'teal',
  // with white text, and on white, this shade keeps a contrast of 4.5:1; the next lighter one does not
  primaryShade: { light: 9, dark: 9 },
  defaultRadius: 'md',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', sans-serif",
  headings: { fontWeight: '700' },
});
const queries = new QueryClient({
  defaultOptions: {
    // What was refused is not asked again: it would be refused again.
    queries: {
      staleTime: 5_000,
      retry: (count, error) => !(error instanceof Refused && error.status < 500) && count < 2,
    },
  },
});

/** The word that styles made here must carry to be taken. */
const nonce = document.querySelector('meta[name=csp-nonce]')?.getAttribute('content') ?? '';
Reflect.set(globalThis, '__webpack_nonce__', nonce);

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <Console />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
