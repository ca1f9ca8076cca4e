import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// A page of its own, under an address of its own: nothing is shared with the demo's lobby.
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    modulePreload: { polyfill: false },
    // The page's rules allow no address of data for anything but pictures.
    assetsInlineLimit: 0,
  },
});
