import { expect, it } from 'vitest';
import { expression } from '../../../stack/terraform-json.js';
import { configOf, spaService } from '../../../stack/testing/config.js';
import { refsOf } from '../../../stack/refs.js';
import { ask } from '../../../local/testing/fake-request.js';
import { redirectCode } from '../redirect.js';
import { cloudfrontLocal } from './index.js';
import { albOrigin, behaviour, fakeDistribution } from './testing/distribution.js';

async function redirecting(host: string) {
  const place = await fakeDistribution();
  const { plane } = place;
  const config = configOf({ services: [spaService('spa')] });
  const code = expression(redirectCode(refsOf(config), host).args) as Readonly<Record<string, unknown>>;
  const { arn } = await plane.apply(cloudfrontLocal.aws_cloudfront_function, 'aws_cloudfront_function.redirect', code);
  await plane.apply(cloudfrontLocal.aws_cloudfront_distribution, 'aws_cloudfront_distribution.spa', {
    aliases: ['spa.shop.localhost'],
    origin: [albOrigin],
    default_cache_behavior: [behaviour('alb')],
  });
  await place.apply({
    aliases: ['www.shop.localhost', 'old-shop.example'],
    default_cache_behavior: [
      behaviour('alb', { function_association: [{ event_type: 'viewer-request', function_arn: arn }] }),
    ],
  });
  return place;
}

it('sends names that redirect to the front end where this machine serves it, with path and query', async () => {
  const { https, origin } = await redirecting('spa.shop.localhost');
  for (const host of ['www.shop.localhost', 'old-shop.example']) {
    const answer = await ask(https, { host, target: '/a/b?c=d%20e&f' });
    expect([answer.status, answer.header('location')]).toEqual([301, 'https://spa.shop.localhost:4400/a/b?c=d%20e&f']);
  }
  expect(origin.got).toEqual([]);
});

it('leaves redirects to other places as they are', async () => {
  const { https } = await redirecting('elsewhere.example');
  const answer = await ask(https, { host: 'www.shop.localhost', target: '/a' });
  expect(answer.header('location')).toBe('https://elsewhere.example/a');
});
