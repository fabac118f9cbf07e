import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Everything comes from our own origin and nothing is inlined, so that a strict content security policy holds. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // What every page needs is one file; charts, QR codes and passkeys come when a page shows them.
        codeSplitting: {
          groups: [
            { name: 'shell', test: /node_modules[\\/](?!echarts|zrender|qrcode|@simplewebauthn)|packages[\\/]api/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': process.env['TSUKASA_DEV_SERVER'] ?? 'http://127.0.0.1:8420' } },
});
