import { describe, expect, it } from 'vitest';
import { withWaf } from '../testing/rules.js';
import { carriers, inHeader, jndi, metadataUrls, scripts, sqlInjections, traversals } from './testing/attacks.js';
import { harmless, harmlessBodies } from './testing/harmless.js';
import { edgeWebAcl, type Sent } from './testing/web-acl.js';

const { blockedBy } = await edgeWebAcl(withWaf({ rateLimit: 1_000_000 }));

/** Those that pass. */
async function passing(requests: readonly Sent[]): Promise<readonly Sent[]> {
  const rules = await Promise.all(requests.map(blockedBy));
  return requests.filter((_one, index) => rules[index] === undefined);
}

describe.each(Object.entries(carriers))('in the %s', (_name, carry) => {
  it('blocks every SQL injection', async () => {
    expect(sqlInjections.length).toBeGreaterThan(100);
    expect(await passing(sqlInjections.map(carry))).toEqual([]);
  });

  it('blocks every script, lookup and address of the metadata', async () => {
    expect(await passing([...scripts, ...jndi, ...metadataUrls].map(carry))).toEqual([]);
  });
});

it('blocks what headers carry', async () => {
  expect(await passing([...sqlInjections, ...jndi, ...metadataUrls].map(inHeader))).toEqual([]);
});

it('blocks path traversal in the query, encoded twice too', async () => {
  const { query, 'query, encoded twice': twice } = carriers;
  expect(await passing(traversals.flatMap((one) => [query?.(one) ?? {}, twice?.(one) ?? {}]))).toEqual([]);
});

it.each([
  ['/..%2f..%2fetc/passwd', 'GenericLFI_URIPATH'],
  ['/a/%252e%252e%252f%252e%252e%252fetc%252fpasswd', 'GenericLFI_URIPATH'],
  ['/WEB-INF/web.xml', 'ExploitablePaths_URIPATH'],
  ['/.git/config', 'ExploitablePaths_URIPATH'],
  ['/logs/error.log', 'RestrictedExtensions_URIPATH'],
  ['/a?include=http://93.184.216.34/x.txt', 'GenericRFI_QUERYARGUMENTS'],
  ["/users/1'%20or%201=1--", 'SQLi_URIPATH'],
  ['/%3Cscript%3Ealert(1)%3C/script%3E', 'CrossSiteScripting_URIPATH'],
])('blocks %s', async (target, rule) => {
  expect(await blockedBy({ target })).toContain(`#${rule}`);
});

it('lets every harmless request pass that looks close', async () => {
  expect(harmless.length + harmlessBodies.length).toBeGreaterThan(300);
  const blocked = await Promise.all(
    [...harmless, ...harmlessBodies].map(async (one) => [await blockedBy(one), one] as const),
  );
  expect(blocked.filter(([rule]) => rule !== undefined)).toEqual([]);
});
