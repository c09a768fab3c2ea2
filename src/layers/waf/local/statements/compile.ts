import { z } from 'zod';
import { statementSchema } from '../schema.js';
import { geoMatch, ipSetReference } from './address-statements.js';
import { labelMatch } from './labels.js';
import { rateBased } from './rate-based.js';
import { notLocal, type Compiler, type Statement } from './statement.js';
import { byteMatch, regexMatch, sizeConstraint, sqliMatch, xssMatch } from './text-statements.js';

/** A statement that is no managed group as a function. @throws LandfallError `WAF_NOT_LOCAL` for what is not evaluated locally */
export function compileStatement(given: unknown, compiler: Compiler): Statement {
  const args = statementOf(given);
  const all = (nested: { readonly statement: readonly unknown[] }) =>
    nested.statement.map((one) => compileStatement(one, compiler));
  if (args.and_statement) return and(all(args.and_statement));
  if (args.or_statement) return or(all(args.or_statement));
  if (args.not_statement) return not(all(args.not_statement));
  if (args.byte_match_statement) return byteMatch(args.byte_match_statement, compiler);
  if (args.regex_match_statement) return regexMatch(args.regex_match_statement, compiler);
  if (args.size_constraint_statement) return sizeConstraint(args.size_constraint_statement, compiler);
  if (args.sqli_match_statement) return sqliMatch(args.sqli_match_statement, compiler);
  if (args.xss_match_statement) return xssMatch(args.xss_match_statement, compiler);
  if (args.geo_match_statement) return geoMatch(args.geo_match_statement);
  if (args.ip_set_reference_statement) return ipSetReference(args.ip_set_reference_statement, compiler);
  if (args.label_match_statement) return labelMatch(args.label_match_statement, compiler.labelPrefix);
  const rate = args.rate_based_statement;
  if (rate) return rateBased(rate, compiler, compileScope(rate.scope_down_statement, compiler));
  throw notLocal('A WAF rule has an empty statement.', 'Give it one statement.');
}

/** The scope-down statement, if there is one. */
export const compileScope = (given: unknown, compiler: Compiler): Statement | undefined =>
  given === undefined ? undefined : compileStatement(given, compiler);

/** @throws LandfallError `WAF_NOT_LOCAL` for kinds of statements that are not evaluated locally */
export function statementOf(given: unknown): z.output<typeof statementSchema> {
  const parsed = statementSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw notLocal(
    `The local plane cannot evaluate a statement of a WAF rule: ${z.prettifyError(parsed.error)}`,
    'Write the rule with other statements, or leave it out of the Stack of this environment.',
  );
}

const and =
  (statements: readonly Statement[]): Statement =>
  (inspection) => {
    let matched: string | undefined;
    for (const statement of statements) {
      const part = statement(inspection);
      if (part === undefined) return undefined;
      matched ??= part;
    }
    return matched;
  };

const or =
  (statements: readonly Statement[]): Statement =>
  (inspection) => {
    for (const statement of statements) {
      const part = statement(inspection);
      if (part !== undefined) return part;
    }
    return undefined;
  };

const not =
  (statements: readonly Statement[]): Statement =>
  (inspection) =>
    statements.some((statement) => statement(inspection) !== undefined) ? undefined : 'what does not match';
