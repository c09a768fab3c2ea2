import { expectEqual, expectTrue, type Row } from '../row.js';
import { api, endpoint, type Answer, type RequestOptions, type Shop } from '../shop.js';

/** The Next.js front end through its distribution, and App Runner behind it. */
export const webRows: readonly Row[] = [
  {
    name: 'the Next.js page through CloudFront shows the offers of the API',
    check: async (shop) => {
      const [page, offer] = [await pageOf(shop), await firstOffer(shop)];
      expectTrue(page.text.includes(offer.title), `the page does not show ${offer.title}`);
      const trace = await shop.trace(String(page.headers['x-landfall-trace']));
      // A rule that matches is a hop of its own.
      const hops = [...new Set(trace.hops.map(({ address }) => address))];
      const wanted = [
        'aws_cloudfront_distribution.web',
        'aws_wafv2_web_acl.edge',
        'aws_apprunner_service.web',
        'aws_wafv2_web_acl.regional',
      ];
      expectEqual(hops, wanted, 'hops');
      return `200 with ${JSON.stringify(offer.title)}: ${hops.join(' → ')}`;
    },
  },
  {
    name: 'hashed files of Next.js are immutable, and the edge keeps them; pages it does not keep',
    check: async (shop) => {
      const [page, again] = [await pageOf(shop), await pageOf(shop)];
      const asset = /src="(\/_next\/static\/[^"]+\.js)"/.exec(page.text)?.[1];
      expectTrue(asset !== undefined, 'the page names no script');
      const url = `${endpoint(shop.description, 'web')}${asset}`;
      const [first, second] = [await shop.request(url), await shop.request(url)];
      for (const { status, headers } of [first, second])
        expectEqual([status, headers['cache-control']], [200, 'public, max-age=31536000, immutable'], asset);
      expectEqual(
        [second.headers['x-cache'], again.headers['x-cache']],
        ['Hit from cloudfront', 'Miss from cloudfront'],
        'X-Cache of the file and of the page the second time',
      );
      return `200 ${asset}, the second time ${String(second.headers['x-cache'])}; the page ${String(again.headers['x-cache'])}`;
    },
  },
  {
    name: 'Next.js makes images smaller, in the format that the browser takes',
    check: async (shop) => {
      const web = endpoint(shop.description, 'web');
      const path = '/_next/image?url=%2Fwindow.jpg&w=640&q=75';
      expectTrue((await pageOf(shop)).text.includes('url=%2Fwindow.jpg'), 'the page has no such image');
      const small = await shop.request(`${web}${path}`, { headers: { accept: 'image/webp,*/*' } });
      const refused = await shop.request(`${web}/_next/image?url=https%3A%2F%2Fexample.com%2Fa.png&w=640&q=75`);
      expectEqual([small.status, small.headers['content-type']], [200, 'image/webp'], path);
      expectEqual(refused.status, 400, 'an image of another site');
      return `200 image/webp, ${String(small.headers['content-length'])} bytes; 400 for an image of another site`;
    },
  },
  {
    name: 'a Server Action works through CloudFront, and not from another site',
    check: async (shop) => {
      const web = endpoint(shop.description, 'web');
      const id = /name="\$ACTION_ID_([0-9a-f]+)"/.exec((await pageOf(shop)).text)?.[1];
      expectTrue(id !== undefined, 'the page has no form with an action');
      const action = serverAction(id, (await firstOffer(shop)).id);
      const answer = await shop.request(web, { ...action, headers: { ...action.headers, origin: web } });
      expectEqual([answer.status, answer.headers['content-type']], [200, 'text/x-component'], 'the action');
      expectTrue(answer.text.includes('1 wish'), 'the answer shows no wish');
      const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
      const again = await shop.request(web, { headers: { cookie } });
      expectTrue(again.text.includes('On your list'), 'the page forgot the wish');
      const foreign = await shop.request(web, {
        ...action,
        headers: { ...action.headers, origin: 'https://elsewhere.example' },
      });
      expectEqual([foreign.status, foreign.headers['set-cookie']], [500, undefined], 'from another site');
      return `200 ${cookie.slice(0, 24)}…; from another Origin 500 and no cookie`;
    },
  },
  {
    name: 'a client navigation of Next.js (RSC) gets its own answer',
    check: async (shop) => {
      const web = endpoint(shop.description, 'web');
      const { id, title } = await firstOffer(shop);
      const answer = await shop.request(`${web}/offers/${id}?_rsc`, { headers: { rsc: '1' } });
      expectEqual([answer.status, answer.headers['content-type']], [200, 'text/x-component'], 'with RSC: 1');
      expectTrue(answer.text.includes(title) && !answer.text.includes('<html'), 'the answer is no component');
      return `200 text/x-component, ${String(answer.text.length)} characters`;
    },
  },
  {
    name: 'App Runner refuses what did not come through CloudFront',
    check: async (shop) => {
      const direct = `https://web.eu-central-1.awsapprunner.localhost:${String(shop.portBase + 6)}`;
      const statuses = [];
      for (const headers of [{}, { 'x-origin-verify': 'forged' }, { 'X-ORIGIN-VERIFY': '*' }])
        statuses.push((await shop.request(direct, { headers })).status);
      expectEqual(statuses, [403, 403, 403], 'without, with a forged, with a wildcard X-Origin-Verify');
      const foreign = await shop.request(direct, { headers: { host: 'app.shop.localhost' } });
      expectEqual(foreign.status, 404, 'another Host');
      return '403 without the header, with a forged one and with *; 404 for another Host';
    },
  },
];

async function pageOf(shop: Shop): Promise<Answer> {
  const answer = await shop.request(endpoint(shop.description, 'web'));
  expectEqual(answer.status, 200, 'the page');
  return answer;
}

async function firstOffer(shop: Shop): Promise<{ readonly id: string; readonly title: string }> {
  const [first] = (await shop.request(`${api(shop)}/offers`)).json<readonly { id: string; title: string }[]>();
  if (first === undefined) throw new Error('The seeded offers are missing.');
  return first;
}

/** What the browser sends when the form of an offer is used. */
function serverAction(action: string, offer: string): RequestOptions & { readonly headers: Record<string, string> } {
  const part = (name: string, value: string) =>
    `--part\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  return {
    method: 'POST',
    headers: {
      'next-action': action,
      accept: 'text/x-component',
      'content-type': 'multipart/form-data; boundary=part',
    },
    body: `${part('_1_offer', offer)}${part('0', '["$K1"]')}--part--\r\n`,
  };
}
