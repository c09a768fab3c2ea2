import { header } from '../../../../local/http/headers.js';
import type { managedGroups } from '../../rule-names.js';
import { deserialisesJava, looksUpJndi, reachesForPrototype } from '../detect/injected-code.js';
import { isExploitablePath } from '../detect/paths.js';
import type { Inspection } from '../request/inspection.js';
import type { Statement } from '../statements/statement.js';
import { anyForm, anyValue } from './rule.js';
import { values } from './values.js';

type BadInputRule = (typeof managedGroups)['AWSManagedRulesKnownBadInputsRuleSet'][number];

const allHeaders = (inspection: Inspection) => [...values.headers(inspection), ...values.cookies(inspection)];

// Only the bare name: names of the local plane end in `.localhost`.
const localhost = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html (read 2026-11-25) */
export const knownBadInputRules: Readonly<Record<BadInputRule, Statement>> = {
  JavaDeserializationRCE_HEADER: anyValue(allHeaders, deserialisesJava),
  JavaDeserializationRCE_BODY: (inspection) =>
    anyValue(values.body, deserialisesJava)(inspection) ?? rawBody(deserialisesJava)(inspection),
  JavaDeserializationRCE_URIPATH: anyValue(values.path, deserialisesJava),
  JavaDeserializationRCE_QUERYSTRING: anyValue(values.queryString, deserialisesJava),
  Host_localhost_HEADER: ({ request }) =>
    localhost.test(header(request.headers, 'host') ?? '') ? 'header host' : undefined,
  PROPFIND_METHOD: ({ request }) => (request.method === 'PROPFIND' ? 'method' : undefined),
  ExploitablePaths_URIPATH: anyForm(values.path, isExploitablePath),
  Log4JRCE_HEADER: anyForm(allHeaders, looksUpJndi),
  Log4JRCE_QUERYSTRING: anyForm(values.queryString, looksUpJndi),
  Log4JRCE_BODY: anyForm(values.body, looksUpJndi),
  Log4JRCE_URIPATH: anyForm(values.path, looksUpJndi),
  ReactJSRCE_BODY: rawBody(reachesForPrototype),
};

function rawBody(holds: (text: string) => boolean): Statement {
  return ({ body }) => (body !== undefined && holds(body.text) ? 'body' : undefined);
}
