import type { Config } from '../../config/config.js';
import { onAppRunner, type Refs } from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import { actionOf, blockAction, responseBodies, visibility } from './actions.js';
import { logging } from './logging.js';
import { managedRule } from './managed.js';

/** The header that CloudFront sends; WAF's schema wants it in lower case. */
const originHeader = 'x-origin-verify';

/**
 * The web ACL of App Runner services, with its log: blocks known bad inputs, lets in what carries an origin-verify value exactly,
 * letter case included, and blocks the rest. Nothing when no service runs there.
 * @see https://docs.aws.amazon.com/apprunner/latest/dg/waf.html (not re-read)
 */
export function regionalWebAcl(config: Config, refs: Refs): readonly AnyResource[] {
  const services = config.services.filter(onAppRunner).map(({ name }) => name);
  if (services.length === 0) return [];
  const arn = attr(refs.regionalWebAcl, 'arn');
  return [
    resource(refs.regionalWebAcl, {
      name: refs.name(128, 'regional'),
      scope: 'REGIONAL',
      default_action: [blockAction],
      custom_response_body: responseBodies,
      rule: [
        managedRule(config, refs, 'AWSManagedRulesKnownBadInputsRuleSet', 0),
        verified(refs, 'origin-verify', refs.originVerify, 10),
        verified(refs, 'origin-verify-next', refs.originVerifyNext, 11),
      ],
      visibility_config: visibility(refs, 'regional'),
      tags: { Name: refs.name(128, 'regional') },
    }),
    ...services.map((name) =>
      resource(`aws_wafv2_web_acl_association.${refs.id(name)}`, {
        resource_arn: attr(refs.appRunnerService(name), 'arn'),
        web_acl_arn: arn,
      }),
    ),
    ...logging(config, refs, 'regional', arn),
  ];
}

/** Lets in what carries one of the two accepted values. */
const verified = (refs: Refs, name: string, value: Refs['originVerify' | 'originVerifyNext'], priority: number) =>
  ({
    name,
    priority,
    action: [actionOf('allow')],
    statement: [
      {
        byte_match_statement: [
          {
            search_string: dataAttr(value, 'secret_string'),
            positional_constraint: 'EXACTLY',
            field_to_match: [{ single_header: [{ name: originHeader }] }],
            text_transformation: [{ priority: 0, type: 'NONE' }],
          },
        ],
      },
    ],
    visibility_config: visibility(refs, name),
  }) as const;
