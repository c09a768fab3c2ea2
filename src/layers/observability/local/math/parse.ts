import jsep from 'jsep';
import { LandfallError, messageOf } from '../../../../base/errors.js';

/** A metric math expression, read. */
export type MathNode =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'array'; readonly items: readonly MathNode[] }
  | { readonly kind: 'negative'; readonly of: MathNode }
  | { readonly kind: 'operation'; readonly operator: Operator; readonly left: MathNode; readonly right: MathNode }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly MathNode[] };

/** Those of AWS's page; `AND` and `OR` are other spellings. */
const operators = ['+', '-', '*', '/', '^', '==', '!=', '<', '<=', '>', '>=', '&&', '||'] as const;
export type Operator = (typeof operators)[number];
const spellings: Readonly<Record<string, Operator>> = { AND: '&&', OR: '||' };

// AWS's `^` is the power, which binds tighter than `*` (whose precedence is 10).
jsep.addBinaryOp('^', 11, true);
jsep.addBinaryOp('AND', 2);
jsep.addBinaryOp('OR', 1);

/**
 * Reads an expression.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html (read 2026-11-28: functions and identifiers; precedence is the usual one)
 * @throws LandfallError `METRIC_MATH_UNREADABLE`
 */
export function parseMath(expression: string): MathNode {
  let tree: jsep.Expression;
  try {
    tree = jsep(expression);
  } catch (error) {
    throw unreadable(expression, messageOf(error));
  }
  return nodeOf(tree as jsep.CoreExpression, expression);
}

function nodeOf(tree: jsep.CoreExpression, expression: string): MathNode {
  const read = (part: jsep.Expression): MathNode => nodeOf(part as jsep.CoreExpression, expression);
  switch (tree.type) {
    case 'Literal':
      if (typeof tree.value === 'number') return { kind: 'number', value: tree.value };
      if (typeof tree.value === 'string') return { kind: 'text', value: tree.value };
      break;
    case 'Identifier':
      return { kind: 'name', name: tree.name };
    case 'ArrayExpression':
      return { kind: 'array', items: tree.elements.flatMap((item) => (item === null ? [] : [read(item)])) };
    case 'UnaryExpression':
      if (tree.operator === '-') return { kind: 'negative', of: read(tree.argument) };
      break;
    case 'BinaryExpression': {
      const operator = spellings[tree.operator] ?? operators.find((known) => known === tree.operator);
      if (operator !== undefined)
        return { kind: 'operation', operator, left: read(tree.left), right: read(tree.right) };
      break;
    }
    case 'CallExpression': {
      const callee = tree.callee as jsep.CoreExpression;
      if (callee.type === 'Identifier') return { kind: 'call', name: callee.name, args: tree.arguments.map(read) };
      break;
    }
    default:
  }
  throw unreadable(expression, `a part of it (${tree.type}) is not metric math`);
}

function unreadable(expression: string, why: string): LandfallError {
  return new LandfallError({
    code: 'METRIC_MATH_UNREADABLE',
    message: `The metric math expression ${expression} cannot be read: ${why}.`,
    fix: 'Correct the expression; docs/fidelity.md says what the local plane knows of metric math.',
  });
}
