import { landfall } from '../../test/shop/landfall.js';
import { demoUser, deployShop, seed, shopSource, type Shop, api } from '../../test/shop/shop.js';
import { renderAddresses } from '../../src/cli/commands/deploy.js';

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Deploys the shop, seeds it, prints where it answers, and stays until Ctrl-C; then stops it and keeps its data. */
export async function stay(portBase: number): Promise<number> {
  // Waiting for a signal alone would not keep this process alive.
  const alive = setInterval(() => undefined, 60_000);
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve());
  });
  try {
    const started = performance.now();
    const shop = await deployShop(shopSource, portBase, (text) => process.stderr.write(text));
    await seed(shop, 'auth-service', { DEMO_PASSWORD: demoUser.password });
    await seed(shop, 'offers-service');
    say(
      `\nThe shop is deployed (${((performance.now() - started) / 1000).toFixed(1)} s).\n${renderAddresses(shop.description)}`,
    );
    say(curlLines(shop));
    say('Ctrl-C stops it; its data is kept in examples/shop/.landfall.');
    await interrupted;
  } finally {
    clearInterval(alive);
    say('\nStopping: services drain, PostgreSQL shuts down …');
    const { stdout } = await landfall(shopSource, ['infra:destroy', '--env', 'dev', '--local', '--keep-data']);
    say(stdout.trim());
  }
  return 0;
}

/** Lines to paste into a shell. */
function curlLines(shop: Shop): string {
  const ca = `--cacert ${shop.description.caCertificate}`;
  const base = api(shop);
  return [
    'Try:',
    `  curl ${ca} ${base}/offers`,
    `  TOKEN=$(curl -s ${ca} ${base}/auth/login -H 'content-type: application/json' -d '${JSON.stringify(demoUser)}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `  curl ${ca} ${base}/offers -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"title":"Lamp","priceCents":4900}'`,
    `  curl ${ca} -si ${base}/offers | grep -i x-landfall-trace     # then: curl ${shop.description.trace}/<id>`,
    `  ${shop.description.endpoints['admin'] ?? ''} in a browser (${demoUser.email} / ${demoUser.password}; trust the certificate authority above, or accept the warning)`,
    '',
  ].join('\n');
}
