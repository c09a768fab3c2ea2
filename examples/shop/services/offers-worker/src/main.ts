import { startWorker } from '@shop/service-kit';
import { AppModule } from './app.module.js';

await startWorker('offers-worker', AppModule);
