/** Where the lobby starts. */
import './mantine.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Lobby } from './Lobby.tsx';
import './lobby.css';

const theme = createTheme({
  primaryColor: 'teal',
  // shade 9 on white and 8 with white text keep a contrast of 4.5:1
  primaryShade: { light: 9, dark: 8 },
  defaultRadius: 'md',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', sans-serif",
  headings: { fontWeight: '800' },
});
const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, retry: 1 } } });

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Lobby />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
