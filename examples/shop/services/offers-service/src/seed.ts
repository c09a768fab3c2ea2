import { Logger } from '@nestjs/common';
import { createPool, inLockedTransaction, readDatabaseEnv, runScript } from '@shop/service-kit';
import { offerInput } from './offer.js';
import { OffersRepository } from './offers.repository.js';

const offers = [
  { title: 'Oak desk', description: 'Solid oak, 160 × 80 cm, oiled.', priceCents: 64_900 },
  { title: 'Reading lamp', description: 'Brass arm, warm light, dimmable.', priceCents: 8_950 },
  { title: 'Wool blanket', description: 'Woven in Portugal, 130 × 180 cm.', priceCents: 7_400 },
  { title: 'Pour-over set', description: 'Glass carafe, steel filter, two cups.', priceCents: 4_250 },
  { title: 'City bicycle', description: 'Eight gears, belt drive, dynamo light.', priceCents: 119_000 },
].map((offer) => offerInput.parse(offer));

await runScript('offers-service', async () => {
  const pool = createPool(readDatabaseEnv());
  try {
    const added = await inLockedTransaction(pool, 'seed', async (client) => {
      const repository = new OffersRepository(client);
      if ((await repository.list()).length > 0) return 0;
      for (const offer of offers) await repository.create(offer, 'seed');
      return offers.length;
    });
    new Logger('Seed').log(added === 0 ? 'There are offers already.' : `Added ${added} offers.`);
  } finally {
    await pool.end();
  }
});
