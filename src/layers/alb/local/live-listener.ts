import { Readable, type Duplex } from 'node:stream';
import type { LocalContext, Target } from '../../../local/contract/context.js';
import { UpstreamError, type Handler, type HttpRequest, type HttpResponse } from '../../../local/contract/http.js';
import type { Hop } from '../../../local/contract/trace.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import { clientLeft, fixedResponse, ownError, redirect, type RedirectPlace } from './actions.js';
import { RequestFacts } from './conditions.js';
import { withReadTimeout } from '../../../local/http/read-timeout.js';
import { roles } from './ports.js';
import { compileTable, findRule, type ListenerArgs, type Rule, type RuleTable } from './rules.js';
import { toTarget } from './to-target.js';

/** One request on its way through a listener. */
interface Passage {
  readonly facts: RequestFacts;
  readonly rule: Rule;
  readonly hop: Hop;
  readonly table: RuleTable;
}

/** A listener while the plane runs: finds the rule, does its action. */
export class LiveListener implements Handler, RedirectPlace {
  #table: RuleTable | undefined;
  #generation = -1;
  readonly port: number;
  readonly protocol: string;
  readonly #name: string;

  constructor(
    private readonly arn: string,
    private readonly args: ListenerArgs,
    private readonly ctx: LocalContext,
  ) {
    this.port = args.port;
    this.protocol = args.protocol.toLowerCase();
    this.#name = `ALB ${String(args.port)}`;
  }

  localPort(port: number): number {
    const role = roles[port];
    return role === undefined ? port : this.ctx.port(role);
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const passage = this.#decide(request);
    const response = await this.#answer(passage);
    passage.hop.end(response.status);
    return response;
  }

  async upgrade(request: HttpRequest, socket: Duplex, head: Buffer): Promise<void> {
    const passage = this.#decide(request);
    const taken = passage.rule.group?.take();
    if (taken === undefined) {
      this.#refuse(passage, socket, await this.#answer(passage));
      return;
    }
    if (socket.closed) taken.release();
    else socket.once('close', taken.release);
    const inner = taskHop(request, taken.target);
    try {
      await taken.target.handler.upgrade(this.#toTarget(passage), socket, head);
    } catch (error) {
      const response = failure(error, inner, passage.hop);
      if (!request.signal.aborted) this.#refuse(passage, socket, response);
    }
  }

  #refuse({ hop, facts }: Passage, socket: Duplex, response: HttpResponse): void {
    hop.end(response.status);
    refuseUpgrade(socket, facts.request, response);
  }

  #decide(request: HttpRequest): Passage {
    const hop = request.trace.hop({ layer: 'alb', address: this.ctx.address, name: this.#name });
    const facts = new RequestFacts(request);
    const table = this.#current();
    const rule = findRule(table, facts);
    hop.decidedBy(rule.address);
    hop.note('rule', rule.label);
    hop.note('action', rule.action.type);
    return { facts, rule, hop, table };
  }

  async #answer(passage: Passage): Promise<HttpResponse> {
    const { action } = passage.rule;
    switch (action.type) {
      case 'fixed-response':
        return fixedResponse(action);
      case 'redirect':
        return redirect(action, passage.facts, this);
      case 'forward':
        return this.#forward(passage);
    }
  }

  async #forward(passage: Passage): Promise<HttpResponse> {
    const { facts, rule, hop, table } = passage;
    if (rule.group !== undefined) hop.note('target group', rule.group.name);
    const taken = rule.group?.take();
    if (taken === undefined) {
      hop.note('targets', 'none registered');
      return ownError(503);
    }
    const { target, release } = taken;
    const inner = taskHop(facts.request, target);
    try {
      const response = await withReadTimeout(this.#toTarget(passage), table.idleTimeoutMs, this.ctx.clock, (request) =>
        target.handler.request(request),
      );
      inner.end(response.status);
      if (response.body instanceof Readable && !response.body.closed) response.body.once('close', release);
      else release();
      return response;
    } catch (error) {
      release();
      return failure(error, inner, hop);
    }
  }

  #toTarget({ facts, table }: Passage): HttpRequest {
    return toTarget(facts.request, {
      protocol: this.protocol,
      port: this.port,
      dropsInvalidFields: table.dropsInvalidFields,
      now: this.ctx.clock.now(),
    });
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

function taskHop({ trace }: HttpRequest, target: Target): Hop {
  const hop = trace.hop({ layer: 'ecs', address: target.address, name: 'task' });
  hop.note('task', target.id);
  return hop;
}

/** What the load balancer answers for a target that did not. */
function failure(error: unknown, inner: Hop, hop: Hop): HttpResponse {
  if (!(error instanceof UpstreamError)) throw error;
  inner.end(error.reason);
  if (error.reason !== 'aborted') return ownError(error.reason === 'timeout' ? 504 : 502);
  hop.note('client', 'closed the connection (460)');
  return clientLeft;
}
