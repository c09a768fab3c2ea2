import { resolveNs } from 'node:dns/promises';
import {
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  Route53Client,
  type HostedZone,
} from '@aws-sdk/client-route-53';
import type { Problem } from '../../base/errors.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import type { Check, Findings } from './preflight.js';

/** The zones that the Stack looks up exist once in the account, and the domain's registrar leads to them. */
export const hostedZones: Check = async ({ session, synthesis }) => {
  const names = [...viewOf(synthesis.stack).nodes.values()].flatMap(({ type, args }) =>
    type === 'aws_route53_zone' && 'name' in args && typeof args.name === 'string' ? [args.name] : [],
  );
  const found = await Promise.all([...new Set(names)].map((name) => checkZone(session, name)));
  return {
    problems: found.flatMap(({ problems = [] }) => problems),
    warnings: found.flatMap(({ warnings = [] }) => warnings),
  };
};

async function checkZone(session: AwsSession, name: string): Promise<Findings> {
  const zones = await zonesOf(session, name);
  const [zone] = zones;
  if (zone === undefined) return { problems: [missing(name, session.accountId)] };
  if (zones.length > 1) return { problems: [ambiguous(name, zones.length)] };
  const warning = await notDelegated(session, name, zone);
  return warning === undefined ? {} : { warnings: [warning] };
}

/** Public zones of exactly this name. Sorted by name, so that one page holds them. */
async function zonesOf(session: AwsSession, name: string): Promise<readonly HostedZone[]> {
  try {
    const { HostedZones = [] } = await session
      .client(Route53Client)
      .send(new ListHostedZonesByNameCommand({ DNSName: name, MaxItems: 100 }));
    return HostedZones.filter(({ Name, Config }) => Name === `${name}.` && Config?.PrivateZone !== true);
  } catch (error) {
    throw awsProblem(error, 'list the hosted zones');
  }
}

/** Certificates are validated by DNS: in a zone that nobody asks, they wait for ever. */
async function notDelegated(session: AwsSession, name: string, { Id }: HostedZone): Promise<Problem | undefined> {
  const { DelegationSet } = await session
    .client(Route53Client)
    .send(new GetHostedZoneCommand({ Id }))
    .catch((error: unknown) => {
      throw awsProblem(error, `look at the hosted zone ${name}`);
    });
  const own = (DelegationSet?.NameServers ?? []).map((server) => server.toLowerCase().replace(/\.$/, ''));
  const seen = await resolveNs(name).catch(() => []);
  if (seen.some((server) => own.includes(server.toLowerCase().replace(/\.$/, '')))) return undefined;
  return {
    code: 'ZONE_NOT_DELEGATED',
    message: `From here, the domain ${name} does not lead to its hosted zone: ${seen.length === 0 ? 'its name servers cannot be found' : `it leads to ${seen.join(', ')}`}. Certificates would wait for it.`,
    fix: `At the registrar of ${name}, or in its parent zone, name these name servers: ${own.join(', ')}.`,
  };
}

const missing = (name: string, account: string): Problem => ({
  code: 'HOSTED_ZONE_MISSING',
  message: `The account ${account} has no public hosted zone ${name}.`,
  fix: `Make it in Route 53 and name its name servers at the registrar; or let \`domain\` or \`hostedZone\` of the environment name a zone that exists.`,
});

const ambiguous = (name: string, count: number): Problem => ({
  code: 'HOSTED_ZONE_AMBIGUOUS',
  message: `The account has ${String(count)} public hosted zones ${name}, and Landfall cannot tell which is the one.`,
  fix: 'Remove those that the registrar does not lead to.',
});
