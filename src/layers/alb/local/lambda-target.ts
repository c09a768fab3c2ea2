import { z } from 'zod';
import { LandfallError, messageOf } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import { UpstreamError, type Handler, type HttpRequest } from '../../../local/contract/http.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import type { LocalBehaviour } from '../../../stack/layer.js';
import { lambdaAnswer } from './lambda-answer.js';
import { lambdaEvent } from './lambda-event.js';
import { ownError } from './own-answers.js';

const attachmentSchema = z.object({ target_group_arn: z.string(), target_id: z.string() });
const groupSchema = z.object({ lambda_multi_value_headers_enabled: z.boolean().default(false) });
const permissionSchema = z.object({
  function_name: z.string(),
  action: z.string(),
  principal: z.string(),
  source_arn: z.string().optional(),
});

/** A function as a target: the load balancer invokes it with the request as an event. */
export const targetAttachment: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'Functions alone: tasks register themselves. Of permissions the principal, the action and the source’s ARN are looked at, when it is registered.',
  apply(resource, ctx) {
    const { target_group_arn: groupArn, target_id: arn } = attachmentSchema.parse(resource.args);
    const group = ctx.addressOf('arn', groupArn);
    const address = ctx.addressOf('arn', arn);
    if (group === undefined || address === undefined) throw unknown(arn, groupArn, ctx.address);
    assertPermitted(arn, address, groupArn, ctx);
    const handler = functionTarget(address, groupArn, group, ctx);
    ctx.connect(group, 'targetGroup').register({ id: arn, address, handler, healthHandler: handler });
    return Promise.resolve({ id: `${groupArn}-${arn}`, target_group_arn: groupArn, target_id: arn });
  },
  async destroy(_resource, ctx) {
    const group = ctx.addressOf('arn', String(ctx.prior?.['target_group_arn']));
    if (group !== undefined) await ctx.connect(group, 'targetGroup').deregister(String(ctx.prior?.['target_id']));
  },
};

/** The most bytes of a body that a function gets. */
const mostBytes = 1024 * 1024;

function functionTarget(address: string, groupArn: string, group: string, ctx: LocalContext): Handler {
  const multiValue = () => groupSchema.parse(ctx.argumentsOf(group) ?? {}).lambda_multi_value_headers_enabled;
  return {
    async request(request) {
      const body = await bodyOf(request);
      if (body === undefined) return ownError(413);
      const event = lambdaEvent(request, body, groupArn, multiValue());
      try {
        const result = await ctx.connect(address, 'function').invoke(Buffer.from(JSON.stringify(event)));
        return lambdaAnswer(result, multiValue());
      } catch (error) {
        // Throttled by Lambda, or gone.
        if (error instanceof UpstreamError) throw error;
        throw new UpstreamError('protocol', messageOf(error), { cause: error });
      }
    },
    upgrade(request, socket) {
      refuseUpgrade(socket, request, ownError(400));
      return Promise.resolve();
    },
  };
}

/** @returns undefined when it is too large */
async function bodyOf({ body }: HttpRequest): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As registering does on AWS. */
function assertPermitted(arn: string, address: string, groupArn: string, ctx: LocalContext): void {
  const name = ctx.argumentsOf(address)?.['function_name'];
  const permitted = ctx.all('aws_lambda_permission').some((permission) => {
    const { data } = permissionSchema.safeParse(ctx.argumentsOf(permission));
    return (
      data !== undefined &&
      [name, arn].includes(data.function_name) &&
      data.principal === 'elasticloadbalancing.amazonaws.com' &&
      ['lambda:InvokeFunction', 'lambda:*'].includes(data.action) &&
      (data.source_arn === undefined || data.source_arn === groupArn)
    );
  });
  if (permitted) return;
  throw new LandfallError({
    code: 'TARGET_NOT_PERMITTED',
    message: `The load balancer may not invoke ${arn} for the target group ${groupArn}; AWS would refuse to register it.`,
    fix: 'Add an aws_lambda_permission for elasticloadbalancing.amazonaws.com, and let the attachment depend on it.',
    path: ctx.address,
  });
}

function unknown(arn: string, groupArn: string, path: string): LandfallError {
  return new LandfallError({
    code: 'TARGET_UNKNOWN',
    message: `The Stack has no target group ${groupArn}, or no function ${arn}.`,
    fix: 'Locally, targets are functions and tasks of the Stack.',
    path,
  });
}
