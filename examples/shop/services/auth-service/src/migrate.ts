import { fileURLToPath } from 'node:url';
import { readDatabaseEnv, runMigrations, runScript } from '@shop/service-kit';

await runScript('auth-service', async () => {
  await runMigrations(readDatabaseEnv().DATABASE_URL, fileURLToPath(new URL('../migrations', import.meta.url)));
});
