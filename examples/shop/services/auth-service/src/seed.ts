import { Logger } from '@nestjs/common';
import { createPool, readDatabaseEnv, runScript } from '@shop/service-kit';
import { hashPassword } from './accounts/passwords.js';
import { UsersRepository } from './accounts/users.repository.js';

const email = 'demo@shop.example';

await runScript('auth-service', async () => {
  const pool = createPool(readDatabaseEnv());
  try {
    const hash = await hashPassword(process.env['DEMO_PASSWORD'] ?? 'demo-password');
    const user = await new UsersRepository(pool).create(email, hash);
    new Logger('Seed').log(user ? `Created ${email}.` : `${email} exists.`);
  } finally {
    await pool.end();
  }
});
