import { startService } from '@shop/service-kit';
import { AppModule } from './app.module.js';

await startService('auth-service', AppModule);
