import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  // Landfall gives API_URL to the build.
  envPrefix: ['VITE_', 'API_URL'],
  test: { include: ['src/**/*.test.ts'] },
});
