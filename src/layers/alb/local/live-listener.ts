import type { Duplex } from 'node:stream';
import type { LocalContext } from '../../../local/contract/context.js';
import type { Handler, HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import type { Hop } from '../../../local/contract/trace.js';
import { framingOf } from '../../../local/http/framing.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import { fixedResponse, redirect, type RedirectPlace } from './actions.js';
import { RequestFacts } from './conditions.js';
import { forwardRequest, forwardUpgrade, type Errand } from './forwarding.js';
import { refuse } from './guard.js';
import { isOwn, ownError } from './own-answers.js';
import { loadBalancerPorts as roles } from '../../../local/contract/load-balancer.js';
import { compileTable, findRule, type ListenerArgs, type Rule, type RuleTable } from './rules.js';
import { toTarget } from './to-target.js';
import { Traffic, type GroupHealth } from './traffic.js';

/** One request on its way through a listener: to a target, or with the load balancer's own answer. */
type Passage = { readonly hop: Hop } & (
  { readonly errand: Errand } | { readonly errand?: never; readonly response: HttpResponse }
);

/** What it answers when no target was chosen: none is registered, or the group takes another protocol. */
const withoutTarget: ReadonlySet<number> = new Set([464, 503]);

/** A listener while the plane runs: finds the rule, does its action. */
export class LiveListener implements Handler, RedirectPlace {
  #table: RuleTable | undefined;
  #generation = -1;
  readonly port: number;
  readonly protocol: string;
  readonly #name: string;
  readonly #traffic: Traffic;
  readonly #endCounting: () => void;

  constructor(
    private readonly arn: string,
    private readonly args: ListenerArgs,
    loadBalancer: string,
    private readonly dnsName: string,
    private readonly ctx: LocalContext,
  ) {
    this.port = args.port;
    this.protocol = args.protocol.toLowerCase();
    this.#name = `ALB ${String(args.port)}`;
    this.#traffic = new Traffic(loadBalancer);
    this.#endCounting = ctx.metrics.collect(() => this.#traffic.report(this.#groups()));
  }

  localPort(port: number): number {
    const role = roles[port];
    return role === undefined ? port : this.ctx.port(role);
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const passage = this.#decide(request);
    const started = this.ctx.clock.monotonic();
    const response = passage.errand === undefined ? passage.response : await forwardRequest(passage.errand);
    this.#count(passage, response, started);
    // The rest of its body is not waited for.
    if (response.status === 408) framingOf(request)?.endConnection();
    passage.hop.end(response.status);
    return response;
  }

  async upgrade(request: HttpRequest, socket: Duplex, head: Buffer): Promise<void> {
    const passage = this.#decide(request);
    const response =
      passage.errand === undefined ? passage.response : await forwardUpgrade(passage.errand, socket, head);
    this.#count(passage, response, undefined);
    if (response === undefined) return;
    passage.hop.end(response.status);
    refuseUpgrade(socket, request, response);
  }

  /** @param started undefined for what has no response time: a connection that a target took over */
  #count({ errand }: Passage, response: HttpResponse | undefined, started: number | undefined): void {
    const own = response !== undefined && isOwn(response);
    const status = response?.status ?? 101;
    this.#traffic.answered({
      group: errand?.choice.group?.name,
      routed: errand !== undefined && !(own && withoutTarget.has(status)),
      own,
      status,
      seconds: started === undefined ? undefined : (this.ctx.clock.monotonic() - started) / 1000,
    });
  }

  /** The groups that its rules lead to, each once. */
  #groups(): readonly GroupHealth[] {
    const { rules, otherwise } = this.#current();
    const groups = new Set([...rules, otherwise].flatMap(({ forward }) => forward?.targetGroups() ?? []));
    return [...groups].map((group) => ({ name: group.name, ...group.hosts() }));
  }

  /** Counts no more. */
  close(): void {
    this.#endCounting();
  }

  #decide(request: HttpRequest): Passage {
    const hop = request.trace.hop({ layer: 'alb', address: this.ctx.address, name: this.#name });
    const table = this.#current();
    const refused = refuse(request, table.loadBalancer);
    if (refused !== undefined) {
      hop.note('refused', refused.reason);
      return { hop, response: ownError(refused.status) };
    }
    const facts = new RequestFacts(request);
    const rule = findRule(table, facts);
    hop.decidedBy(rule.address);
    hop.note('rule', rule.label);
    hop.note('action', rule.action.type);
    return this.#act(facts, rule, table, hop);
  }

  #act(facts: RequestFacts, { action, forward }: Rule, { loadBalancer }: RuleTable, hop: Hop): Passage {
    switch (action.type) {
      case 'fixed-response':
        return { hop, response: fixedResponse(action) };
      case 'redirect':
        return { hop, response: redirect(action, facts, this) };
      case 'forward': {
        const { request } = facts;
        const { port, protocol, dnsName } = this;
        const { clock } = this.ctx;
        const now = clock.now();
        const choice = forward?.choose(request.headers, now) ?? { group: undefined, cookies: [] };
        const sent = () => toTarget(request, { port, protocol, dnsName, loadBalancer, now });
        return { hop, errand: { request, sent, hop, clock, choice, idleTimeoutMs: loadBalancer.idle_timeout * 1000 } };
      }
    }
  }

  /** Compiled again only when some resource was applied or destroyed. */
  #current(): RuleTable {
    const generation = this.ctx.generation();
    if (this.#table === undefined || generation !== this.#generation) {
      this.#table = compileTable(this.arn, this.args, this.ctx);
      this.#generation = generation;
    }
    return this.#table;
  }
}
