import { text, type LooseProject } from '../loose.js';
import { mistake, type Mistake } from '../mistake.js';

/** Where App Runner is. @see https://docs.aws.amazon.com/general/latest/gr/apprunner.html (not re-read) */
const appRunnerRegions = [
  'ap-northeast-1',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'us-east-1',
  'us-east-2',
  'us-west-2',
];

/** Regions that cannot have what the config asks for. */
export function regionMistakes({ root, services }: LooseProject): readonly Mistake[] {
  const region = text(root['region']);
  // One that is none is the schema's to report.
  if (region === undefined || !/^[a-z]{2}(-[a-z]+)+-[1-9]$/.test(region)) return [];
  if (/^(cn|us-gov|us-iso[a-z]?|eu-isoe)-/.test(region)) {
    const message = `The region "${region}" is in a partition of its own, without CloudFront and WAF as Landfall uses them.`;
    return [
      mistake(
        'CONFIG_REGION',
        ['region'],
        message,
        'Take a region of the commercial partition, such as `eu-central-1`.',
      ),
    ];
  }
  if (appRunnerRegions.includes(region)) return [];
  return services
    .filter(({ fields }) => fields['type'] === 'nextjs' && fields['runtime'] !== 'fargate')
    .map(({ name }) =>
      mistake(
        'CONFIG_REGION',
        ['services', name, 'runtime'],
        `App Runner is not in the region "${region}".`,
        'Set `runtime` to "fargate".',
      ),
    );
}
