import { AppRunnerClient, ListServicesCommand } from '@aws-sdk/client-apprunner';
import type { Problem } from '../../base/errors.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem } from '../aws/problems.js';
import type { Check } from './preflight.js';

/**
 * The account may use App Runner, which takes no new customers since 2026-04-30. What AWS answers one who may not is not documented: any
 * refusal stops the deploy, and an account without any App Runner service is warned.
 * @see https://docs.aws.amazon.com/apprunner/latest/dg/apprunner-availability-change.html (not re-read)
 */
export const appRunner: Check = async ({ session, synthesis }) => {
  const services = viewOf(synthesis.stack)
    .all('aws_apprunner_service')
    .map(({ name }) => name.replaceAll('_', '-'));
  if (services.length === 0) return {};
  try {
    const { ServiceSummaryList = [] } = await session.client(AppRunnerClient).send(new ListServicesCommand({}));
    if (ServiceSummaryList.length > 0) return {};
    return { warnings: [none(services, session.accountId)] };
  } catch (error) {
    const { code, message } = awsProblem(error, `use App Runner in ${session.region}`);
    return { problems: [{ code, message, fix: `Allow it, or ${toFargate(services)}` }] };
  }
};

const toFargate = (services: readonly string[]): string =>
  `set runtime: 'fargate' in ${services.map((name) => `services.${name}`).join(' and ')}: it then runs in the ECS cluster, behind the same addresses.`;

const none = (services: readonly string[], account: string): Problem => ({
  code: 'APP_RUNNER_UNUSED',
  message: `The account ${account} runs no App Runner service, and App Runner takes no new customers since 2026-04-30: AWS may refuse ${services.join(', ')}.`,
  fix: `When it does, ${toFargate(services)}`,
});
