import { allValues, header } from '../../../../local/http/headers.js';
import type { managedGroups } from '../../rule-names.js';
import { looksForScript } from '../detect/cross-site-scripting.js';
import { isBadBot } from '../detect/injected-code.js';
import { namesMetadata } from '../detect/metadata-address.js';
import { hasRestrictedExtension, leadsOut, namesRemoteFile, type PathScope } from '../detect/paths.js';
import type { Statement } from '../statements/statement.js';
import { anyForm, anyValue, longerThan } from './rule.js';
import { values } from './values.js';

type CommonRule = (typeof managedGroups)['AWSManagedRulesCommonRuleSet'][number];

const leadsOutOf = (scope: PathScope) => (text: string) => leadsOut(text, scope);

/**
 * What AWS says that each rule looks for, found in our own way: AWS does not publish how its rules do.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html (read 2026-11-25)
 */
export const commonRules: Readonly<Record<CommonRule, Statement>> = {
  NoUserAgent_HEADER: ({ request }) => (header(request.headers, 'user-agent') ? undefined : 'header user-agent'),
  UserAgent_BadBots_HEADER: ({ request }) =>
    isBadBot(header(request.headers, 'user-agent') ?? '') ? 'header user-agent' : undefined,
  SizeRestrictions_QUERYSTRING: longerThan(2048, 'query string', ({ query }) => query?.length ?? 0),
  SizeRestrictions_Cookie_HEADER: longerThan(10_240, 'header cookie', ({ request }) =>
    allValues(request.headers, 'cookie').reduce((sum, line) => sum + line.length, 0),
  ),
  SizeRestrictions_BODY: longerThan(8192, 'body', ({ body }) => body?.text.length ?? 0),
  SizeRestrictions_URIPATH: longerThan(1024, 'path', ({ path }) => path.length),
  EC2MetaDataSSRF_BODY: anyValue(values.body, namesMetadata),
  EC2MetaDataSSRF_COOKIE: anyValue(values.cookies, namesMetadata),
  EC2MetaDataSSRF_URIPATH: anyForm(values.path, namesMetadata),
  EC2MetaDataSSRF_QUERYARGUMENTS: anyValue(values.queryArguments, namesMetadata),
  GenericLFI_QUERYARGUMENTS: anyForm(values.queryArguments, leadsOutOf('query')),
  GenericLFI_URIPATH: anyForm(values.path, leadsOutOf('path')),
  GenericLFI_BODY: anyForm(values.body, leadsOutOf('body')),
  RestrictedExtensions_URIPATH: anyForm(values.path, hasRestrictedExtension),
  RestrictedExtensions_QUERYARGUMENTS: anyValue(values.queryArguments, hasRestrictedExtension),
  GenericRFI_QUERYARGUMENTS: anyForm(values.queryArguments, namesRemoteFile),
  GenericRFI_BODY: anyForm(values.body, namesRemoteFile),
  GenericRFI_URIPATH: anyForm(values.path, namesRemoteFile),
  CrossSiteScripting_COOKIE: anyForm(values.cookies, looksForScript),
  CrossSiteScripting_QUERYARGUMENTS: anyForm(values.queryArguments, looksForScript),
  CrossSiteScripting_BODY: anyForm(values.body, looksForScript),
  CrossSiteScripting_URIPATH: anyForm(values.path, looksForScript),
};
