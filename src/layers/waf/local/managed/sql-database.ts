import type { managedGroups } from '../../rule-names.js';
import { looksForSqlInjection } from '../detect/sql-injection.js';
import type { Inspection } from '../request/inspection.js';
import type { Statement } from '../statements/statement.js';
import { values, type Value } from './values.js';

type SqlRule = (typeof managedGroups)['AWSManagedRulesSQLiRuleSet'][number];
type Finding = ReturnType<typeof looksForSqlInjection>;

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-use-case.html (read 2026-11-25) */
export const sqlRules: Readonly<Record<SqlRule, Statement>> = {
  SQLi_QUERYARGUMENTS: injected('arguments', values.queryArguments, ['injection']),
  SQLiExtendedPatterns_QUERYARGUMENTS: injected('arguments', values.queryArguments, ['extended']),
  SQLi_BODY: injected('body', values.body, ['injection']),
  SQLiExtendedPatterns_BODY: injected('body', values.body, ['extended']),
  // No other rule of the group looks at headers.
  SQLiExtendedPatterns_HEADER: injected('headers', values.headers, ['injection', 'extended']),
  SQLiExtendedPatterns_URIPATH: injected('path', values.path, ['extended']),
  SQLi_COOKIE: injected('cookies', values.cookies, ['injection', 'extended']),
  SQLi_URIPATH: injected('path', values.path, ['injection']),
};

/** Two rules look at most components: what the detector found is kept for the second. */
function injected(
  component: string,
  look: (inspection: Inspection) => readonly Value[],
  wanted: readonly Finding[],
): Statement {
  return (inspection) => {
    const findings = inspection.once(`SQL in ${component}`, () => findingsIn(look(inspection)));
    return findings.find(({ finding }) => wanted.includes(finding))?.name;
  };
}

function findingsIn(all: readonly Value[]): readonly { readonly name: string; readonly finding: Finding }[] {
  return all.flatMap(({ name, isPlain, forms }) => {
    if (isPlain) return [];
    const found = new Set(forms.map(looksForSqlInjection));
    const finding = found.has('injection') ? 'injection' : found.has('extended') ? 'extended' : undefined;
    return finding === undefined ? [] : [{ name, finding }];
  });
}
