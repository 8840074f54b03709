import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where the emulator listens while the page is worked on with `vite web`; the built page is served by the emulator itself. */
const emulatorOrigin = 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    ...{ outDir: 'dist', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 650 },
    rollupOptions: {
      input: ['index.html', 'dashboard.html'].map((name) => join(import.meta.dirname, name)),
    },
  },
  server: {
    proxy: {
      '/api': { target: emulatorOrigin, ws: true },
      '/_control': emulatorOrigin,
    },
  },
});
