import { randomBytes } from 'node:crypto';
import { Readable, type Duplex } from 'node:stream';
import { z } from 'zod';
import type { LocalContext, PortRole } from '../../../local/contract/context.js';
import { UpstreamError, type Handler, type HttpRequest, type HttpResponse } from '../../../local/contract/http.js';
import type { Hop } from '../../../local/contract/trace.js';
import { header, withAppended, withHeader } from '../../../local/http/headers.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';
import { actionSchema, fixedResponse, ownError, redirect, type Action, type RedirectPlace } from './actions.js';
import { compileCondition, conditionSchema, type Matches } from './conditions.js';
import { LocalTargetGroup } from './target-group.js';

const listenerSchema = z.object({
  load_balancer_arn: z.string(),
  port: z.number(),
  protocol: z.enum(['HTTP', 'HTTPS']),
  default_action: z.array(actionSchema).min(1),
});

const ruleSchema = z.object({
  listener_arn: z.string(),
  priority: z.number(),
  condition: z.array(conditionSchema),
  action: z.array(actionSchema).min(1),
});

const roles: Readonly<Record<number, PortRole>> = { 80: 'alb-80', 443: 'alb-443', 8443: 'alb-8443', 8080: 'alb-8080' };

interface Rule {
  readonly address: string;
  /** Infinity for the default action. */
  readonly priority: number;
  readonly matches: readonly Matches[];
  readonly action: Action;
  /** Of a forward. */
  readonly group: LocalTargetGroup | undefined;
}

/** A listener: the rules in order of priority, then its default action. */
export const listener: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'A redirect names the local port that stands for AWS’s. TLS policies, authentication actions, weighted targets.',
  async apply(resource, ctx) {
    const args = listenerSchema.parse(resource.args);
    const loadBalancer = ctx.addressOf('arn', args.load_balancer_arn) ?? '';
    const arn = localArn(ctx, 'elasticloadbalancing', `listener/${String(args.port)}`);
    const live = new LiveListener(arn, args, ctx);
    const role = roles[args.port];
    if (role !== undefined)
      await ctx.listen(role, { tls: args.protocol === 'HTTPS', http2: args.protocol === 'HTTPS' }, live);
    const lb = ctx.argumentsOf(loadBalancer);
    ctx.publish(dnsNameOf(String(lb?.['name']), ctx), args.port, live);
    ctx.provide('handler', live);
    return { id: arn, arn, port: args.port };
  },
};

/** The name that the load balancer answers to inside the plane. */
export const dnsNameOf = (name: string, ctx: LocalContext): string => `${name}.${ctx.region}.elb.localhost`;

/** A rule: read by its listener, which asks for the rules there are when one comes or goes. */
export const listenerRule: LocalBehaviour = {
  fidelity: 'exact',
  apply(resource) {
    const { listener_arn } = ruleSchema.parse(resource.args);
    const arn = `${listener_arn}/rule/${resource.name}`;
    return Promise.resolve({ id: arn, arn });
  },
};

class LiveListener implements Handler, RedirectPlace {
  #rules: readonly Rule[] = [];
  #generation = -1;
  readonly port: number;
  readonly protocol: string;

  constructor(
    private readonly arn: string,
    private readonly args: z.infer<typeof listenerSchema>,
    private readonly ctx: LocalContext,
  ) {
    this.port = args.port;
    this.protocol = args.protocol;
  }

  localPort(port: number): number {
    const role = roles[port];
    return role === undefined ? port : this.ctx.port(role);
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const { rule, hop } = this.#decide(request);
    const response = await this.#answer(rule, request, hop);
    hop.end(response.status);
    return response;
  }

  async upgrade(request: HttpRequest, socket: Duplex, head: Buffer): Promise<void> {
    const { rule, hop } = this.#decide(request);
    const taken = rule.group?.take();
    if (taken === undefined) {
      const response = await this.#answer(rule, request, hop);
      hop.end(response.status);
      refuseUpgrade(socket, request, response);
      return;
    }
    hop.end('upgrade');
    socket.once('close', () => taken.release());
    await taken.target.handler.upgrade(this.#forwarded(request), socket, head);
  }

  #decide(request: HttpRequest): { readonly rule: Rule; readonly hop: Hop } {
    const hop = request.trace.hop({ layer: 'alb', address: this.ctx.address, name: `ALB ${String(this.port)}` });
    const rule = this.#current().find(({ matches }) => matches.every((match) => match(request))) ?? this.#default();
    hop.decidedBy(rule.address);
    hop.note('rule', rule.priority === Infinity ? 'default action' : `priority ${String(rule.priority)}`);
    hop.note('action', rule.action.type);
    return { rule, hop };
  }

  #default(): Rule {
    const [action] = this.args.default_action;
    if (action === undefined) throw new Error(`${this.ctx.address} has no default action.`);
    return this.#rule(this.ctx.address, Infinity, [], action);
  }

  async #answer(rule: Rule, request: HttpRequest, hop: Hop): Promise<HttpResponse> {
    switch (rule.action.type) {
      case 'fixed-response':
        return fixedResponse(rule.action);
      case 'redirect':
        return redirect(rule.action, request, this);
      case 'forward':
        return this.#forward(rule.group, request, hop);
    }
  }

  async #forward(group: LocalTargetGroup | undefined, request: HttpRequest, hop: Hop): Promise<HttpResponse> {
    const taken = group?.take();
    if (taken === undefined) {
      hop.note('targets', 'none registered');
      return ownError(503);
    }
    const { target, release } = taken;
    const inner = request.trace.hop({ layer: 'ecs', address: target.address, name: 'task' });
    inner.note('task', target.id);
    try {
      const response = await target.handler.request(this.#forwarded(request));
      inner.end(response.status);
      if (response.body instanceof Readable) response.body.once('close', release);
      else release();
      return response;
    } catch (error) {
      release();
      const reason = error instanceof UpstreamError ? error.reason : 'reset';
      inner.end(reason);
      if (reason === 'aborted') hop.note('client', 'closed the connection (460)');
      return ownError(reason === 'timeout' ? 504 : 502);
    }
  }

  /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html (read 2026-11-23) */
  #forwarded(request: HttpRequest): HttpRequest {
    const earlier = header(request.headers, 'x-forwarded-for');
    const chain = earlier === undefined ? request.peer.address : `${earlier}, ${request.peer.address}`;
    let headers = withHeader(request.headers, 'X-Forwarded-For', chain);
    headers = withHeader(headers, 'X-Forwarded-Proto', this.protocol.toLowerCase());
    headers = withHeader(headers, 'X-Forwarded-Port', String(this.port));
    if (header(headers, 'x-amzn-trace-id') === undefined)
      headers = withAppended(headers, 'X-Amzn-Trace-Id', traceId(this.ctx));
    return { ...request, headers };
  }

  /** The rules as they are now, compiled again only when one was applied or destroyed. */
  #current(): readonly Rule[] {
    const generation = this.ctx.generation();
    if (generation !== this.#generation) {
      this.#generation = generation;
      const compiled = this.ctx
        .all('aws_lb_listener_rule')
        .flatMap((address) => this.#compile(address, this.ctx.argumentsOf(address)));
      this.#rules = [...compiled.sort((a, b) => a.priority - b.priority), this.#default()];
    }
    return this.#rules;
  }

  #compile(address: string, args: unknown): readonly Rule[] {
    const rule = ruleSchema.parse(args);
    const [action] = rule.action;
    if (rule.listener_arn !== this.arn || action === undefined) return [];
    return [this.#rule(address, rule.priority, rule.condition.map(compileCondition), action)];
  }

  #rule(address: string, priority: number, matches: readonly Matches[], action: Action): Rule {
    const target = action.type === 'forward' ? this.ctx.addressOf('arn', action.target_group_arn) : undefined;
    const group = target === undefined ? undefined : this.ctx.connect(target, 'targetGroup');
    return { address, priority, matches, action, group: group instanceof LocalTargetGroup ? group : undefined };
  }
}

const traceId = (ctx: LocalContext): string =>
  `Root=1-${Math.floor(ctx.clock.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
