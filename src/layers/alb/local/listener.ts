import { LandfallError } from '../../../base/errors.js';
import type { ListenOptions, LocalContext } from '../../../local/contract/context.js';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';
import { LiveListener } from './live-listener.js';
import { refusal } from './own-answers.js';
import { loadBalancerPorts as roles } from '../../../local/contract/load-balancer.js';
import { listenerSchema, loadBalancerOf, ruleSchema } from './rules.js';

/** A listener: the rules in order of priority, then its default action. */
export const listener: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'A redirect names the local port that stands for AWS’s. TLS policies, mutual TLS, authentication actions (401, 561), a web ACL on the load balancer itself (403, 500). Node’s parser refuses with 400 some ambiguous requests that the defensive mode passes on, such as Transfer-Encoding beside Content-Length, and HTTP/0.9. After an ambiguous request only the client’s connection ends, not the target’s. GOAWAY for long HTTP/2 headers, the keep-alive limit of clients, and an idle timeout on WebSockets other than 60 s.',
  async apply(resource, ctx) {
    const args = listenerSchema.parse(resource.args);
    const name = loadBalancerName(args.load_balancer_arn, ctx);
    const arn = localArn(ctx, 'elasticloadbalancing', `listener/app/${name}/local/${String(args.port)}`);
    runningListener(ctx)?.close();
    const live = new LiveListener(arn, args, name, dnsNameOf(name, ctx), ctx);
    const role = roles[args.port];
    const tls = args.protocol === 'HTTPS';
    const options = { tls, http2: tls && loadBalancerOf(args.load_balancer_arn, ctx).enable_http2, refusal };
    if (role !== undefined) await ctx.listen(role, options satisfies ListenOptions, live);
    ctx.publish(dnsNameOf(name, ctx), args.port, live);
    ctx.provide('handler', live);
    return { id: arn, arn, port: args.port };
  },
  destroy: (_resource, ctx) => Promise.resolve(runningListener(ctx)?.close()),
};

function runningListener(ctx: LocalContext): LiveListener | undefined {
  if (!ctx.providers('handler').includes(ctx.address)) return undefined;
  const live = ctx.connect(ctx.address, 'handler');
  return live instanceof LiveListener ? live : undefined;
}

/** The name that the load balancer answers to inside the plane. */
export const dnsNameOf = (name: string, ctx: LocalContext): string => `${name}.${ctx.region}.elb.localhost`;

function loadBalancerName(arn: string, ctx: LocalContext): string {
  const address = ctx.addressOf('arn', arn);
  const name = address === undefined ? undefined : ctx.argumentsOf(address)?.['name'];
  if (typeof name === 'string') return name;
  throw new LandfallError({
    code: 'LOAD_BALANCER_UNKNOWN',
    message: `No load balancer of the Stack has the ARN ${arn}.`,
    fix: 'Locally, listeners belong to load balancers of the Stack.',
    path: ctx.address,
  });
}

/** A rule: read by its listener, which asks for the rules there are when one comes or goes. */
export const listenerRule: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Regular expressions in conditions, authentication actions and transforms. Weights are kept exactly, not by chance.',
  apply(resource) {
    const { listener_arn } = ruleSchema.parse(resource.args);
    const arn = `${listener_arn.replace(':listener/', ':listener-rule/')}/${resource.name}`;
    return Promise.resolve({ id: arn, arn });
  },
};
