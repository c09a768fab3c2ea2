import { managedGroups, type ManagedGroup } from '../../rule-names.js';
import type { Statement } from '../statements/statement.js';
import { commonRules } from './common.js';
import { knownBadInputRules } from './known-bad-inputs.js';
import { sqlRules } from './sql-database.js';

/** A rule of a managed group. All of AWS's block, unless overridden. */
export interface ManagedRule {
  readonly name: string;
  readonly label: string;
  readonly matches: Statement;
}

const statements = {
  AWSManagedRulesCommonRuleSet: commonRules,
  AWSManagedRulesKnownBadInputsRuleSet: knownBadInputRules,
  AWSManagedRulesSQLiRuleSet: sqlRules,
} as const satisfies Readonly<Record<ManagedGroup, Readonly<Record<string, Statement>>>>;

const namespaces = {
  AWSManagedRulesCommonRuleSet: 'core-rule-set',
  AWSManagedRulesKnownBadInputsRuleSet: 'known-bad-inputs',
  AWSManagedRulesSQLiRuleSet: 'sql-database',
} as const satisfies Readonly<Record<ManagedGroup, string>>;

/** Lists of addresses, of which none is known locally. */
const addressLists: readonly string[] = ['AWSManagedRulesAnonymousIpList', 'AWSManagedRulesAmazonIpReputationList'];

/** The rules of one of AWS's groups, in AWS's order; undefined for a group that has no rules locally. */
export function managedRules(group: string): readonly ManagedRule[] | undefined {
  if (addressLists.includes(group)) return [];
  if (!isKnown(group)) return undefined;
  const rules: Readonly<Record<string, Statement>> = statements[group];
  return managedGroups[group].map((name) => ({
    name,
    label: `awswaf:managed:aws:${namespaces[group]}:${labelOf(name)}`,
    matches: rules[name] ?? (() => undefined),
  }));
}

const isKnown = (group: string): group is ManagedGroup => Object.hasOwn(statements, group);

const spellings: Readonly<Record<string, string>> = {
  HEADER: 'Header',
  QUERYSTRING: 'QueryString',
  QUERYARGUMENTS: 'QueryArguments',
  BODY: 'Body',
  COOKIE: 'Cookie',
  URIPATH: 'URIPath',
  METHOD: 'Method',
};

/** Labels are the rules' names in another spelling, such as `BadBots_Header`. */
function labelOf(rule: string): string {
  const [, stem = '', component = ''] = /^(.*)_([A-Z]+)$/.exec(rule) ?? [];
  const bare = stem
    .replace(/^UserAgent_/, '')
    .replace('localhost', 'Localhost')
    .replace('PROPFIND', 'Propfind');
  return `${bare}_${spellings[component] ?? component}`;
}
