import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { ruleOf, requestOf, textOf, webAclOf } from '../../src/layers/waf/local/testing/web-acl.js';
import { header } from '../../src/local/http/headers.js';
import { api, cases, contains, guide, query } from './waf-cases.js';

const allow = (...names: readonly string[]) => ({ allow: [{ ...inserting(names) }] });
const count = (...names: readonly string[]) => ({ count: [{ ...inserting(names) }] });
const inserting = (names: readonly string[]) =>
  names.length === 0
    ? {}
    : { custom_request_handling: [{ insert_header: names.map((name) => ({ name, value: `of ${name}` })) }] };

const rule = (name: string, priority: number, text: string, action: object) =>
  ruleOf(contains(text), { name, priority, action: [action] });
const block = { block: [{}] };
const answering = (custom_response: object) => ({ block: [{ custom_response: [custom_response] }] });

const common = (more: object = {}, group: object = {}) =>
  ruleOf(
    { managed_rule_group_statement: [{ vendor_name: 'AWS', name: 'AWSManagedRulesCommonRuleSet', ...group }] },
    { name: 'common', action: undefined, override_action: [{ none: [{}] }], ...more },
  );
const named = 'AWS#AWSManagedRulesCommonRuleSet#NoUserAgent_HEADER';
const silent = { userAgent: null };
const label = (key: string, scope = 'LABEL') => ({ label_match_statement: [{ key, scope }] });
const labelled = { rule_label: [{ name: 'shop:bots:bad' }] };
const marks = (more: object) => ruleOf(contains('mark'), { name: 'marks', action: [count()], ...more });

async function labelMatches(key: string, scope?: string): Promise<boolean> {
  const { blockedBy } = await webAclOf({ rule: [marks(labelled), ruleOf(label(key, scope), { priority: 1 })] });
  assert.equal(await blockedBy({}), undefined);
  return (await blockedBy(query('mark'))) !== undefined;
}

/** What happens to what a rule matches. */
export const actionCases = [
  ...cases(guide('web-acl-rule-actions.html'), {
    'ends with the first rule that blocks': async () => {
      const { blockedBy } = await webAclOf({ rule: [rule('b', 2, 'x', block), rule('a', 1, 'x', block)] });
      assert.equal(await blockedBy(query('x')), 'a');
    },
    'ends with the first rule that allows': async () => {
      const { send } = await webAclOf({ rule: [rule('in', 0, 'x', allow()), rule('out', 1, 'x', block)] });
      const verdict = await send(query('x'));
      assert.deepEqual([verdict.action, verdict.rule], ['allow', 'in']);
    },
    'goes on after a rule that counts': async () => {
      const { send } = await webAclOf({ rule: [rule('seen', 0, 'x', count()), rule('out', 1, 'x', block)] });
      const verdict = await send(query('x'));
      assert.deepEqual([verdict.action, verdict.rule, verdict.counted], ['block', 'out', ['seen']]);
    },
    'takes the default action when no rule ends it': async () => {
      const rules = [rule('in', 0, 'key', allow())];
      const { send } = await webAclOf({ rule: rules, default_action: [block] });
      assert.deepEqual([(await send(query('key'))).action, (await send(query('x'))).action], ['allow', 'block']);
    },
  }),
  ...cases(guide('customizing-the-response-for-blocked-requests.html'), {
    'answers 403 without a body of its own by default': async () => {
      const { send } = await webAclOf({ rule: [rule('a', 0, 'x', block)] });
      assert.deepEqual(await send(query('x')), { action: 'block', evaluated: true, rule: 'a', status: 403 });
    },
    'answers with the status and the headers of the custom response': async () => {
      const custom = { response_code: 302, response_header: [{ name: 'Location', value: 'https://example.com/' }] };
      const { send } = await webAclOf({ rule: [rule('a', 0, 'x', answering(custom))] });
      const verdict = await send(query('x'));
      assert(verdict.action === 'block');
      assert.deepEqual([verdict.status, verdict.headers], [302, [['Location', 'https://example.com/']]]);
    },
  }),
  ...cases(api('API_CustomResponse.html'), {
    'answers with the body that its key names': async () => {
      const bodies = [{ key: 'no', content: '{"error":"no"}', content_type: 'APPLICATION_JSON' }];
      const custom = answering({ response_code: 429, custom_response_body_key: 'no' });
      const { send } = await webAclOf({ custom_response_body: bodies, rule: [rule('a', 0, 'x', custom)] });
      const verdict = await send(query('x'));
      assert(verdict.action === 'block');
      assert.deepEqual([verdict.status, verdict.body], [429, '{"error":"no"}']);
      assert.equal(header(verdict.headers ?? [], 'content-type'), 'application/json');
    },
    'answers for the default action too': async () => {
      const { send } = await webAclOf({ default_action: [answering({ response_code: 404 })] });
      const verdict = await send();
      assert.deepEqual([verdict.action, verdict.action === 'block' && verdict.status], ['block', 404]);
    },
  }),
  ...cases(guide('customizing-the-incoming-request.html'), {
    'puts x-amzn-waf- before the names of inserted headers': async () => {
      const { send } = await webAclOf({ rule: [rule('a', 0, 'x', allow('sample'))] });
      const verdict = await send(query('x'));
      assert(verdict.action === 'allow');
      assert.equal(header(verdict.request?.headers ?? [], 'x-amzn-waf-sample'), 'of sample');
    },
    'inserts headers of every rule that counts, and of the default action': async () => {
      const rules = [rule('a', 0, 'x', count('A')), rule('b', 1, 'x', count('B'))];
      const { send } = await webAclOf({ rule: rules, default_action: [allow('C')] });
      const verdict = await send(query('x'));
      assert(verdict.action === 'allow');
      const all = verdict.request?.headers ?? [];
      assert.deepEqual(
        ['a', 'b', 'c'].map((name) => header(all, `x-amzn-waf-${name}`)),
        ['of A', 'of B', 'of C'],
      );
    },
    'overwrites a header that the client sent': async () => {
      const { send } = await webAclOf({ rule: [rule('a', 0, 'x', allow('sample'))] });
      const verdict = await send({ ...query('x'), headers: [['X-Amzn-Waf-Sample', 'forged']] });
      assert(verdict.action === 'allow');
      const lines = (verdict.request?.headers ?? []).filter(([name]) => name.toLowerCase() === 'x-amzn-waf-sample');
      assert.deepEqual(
        lines.map(([, value]) => value),
        ['of sample'],
      );
    },
    'does not show inserted headers to later rules': async () => {
      const seen = ruleOf(contains('of', { field_to_match: [{ single_header: [{ name: 'x-amzn-waf-a' }] }] }), {
        priority: 1,
      });
      const { send } = await webAclOf({ rule: [rule('a', 0, 'x', count('a')), seen] });
      assert.equal((await send(query('x'))).action, 'allow');
    },
  }),
  ...cases(guide('waf-rule-statement-oversize-handling.html'), {
    'passes the whole body on, whatever part of it was looked at': async () => {
      const statement = contains('needle', { field_to_match: [{ body: [{ oversize_handling: 'CONTINUE' }] }] });
      const { webAcl } = await webAclOf({ rule: [ruleOf(statement)] });
      for (const size of [0, 10, 16_384, 16_385, 200_000]) {
        const request = requestOf({ body: Readable.from([Buffer.alloc(size, 'x'), Buffer.from('end')]) });
        const verdict = await webAcl.evaluate(request);
        assert(verdict.action === 'allow');
        assert.equal(await textOf((verdict.request ?? request).body), `${'x'.repeat(size)}end`);
      }
    },
  }),
  ...cases(api('API_OverrideAction.html'), {
    'blocks by the rules of a group with none': async () => {
      const { blockedBy } = await webAclOf({ rule: [common()] });
      assert.deepEqual([await blockedBy(silent), await blockedBy()], [named, undefined]);
    },
    'only counts the result of a group with count': async () => {
      const { send } = await webAclOf({ rule: [common({ override_action: [{ count: [{}] }] })] });
      const verdict = await send(silent);
      assert.deepEqual([verdict.action, verdict.counted], ['allow', [named]]);
    },
  }),
  ...cases(guide('web-acl-rule-group-override-options.html'), {
    'takes the overridden action for a single rule, and goes on with the group after a count': async () => {
      const override = { rule_action_override: [{ name: 'NoUserAgent_HEADER', action_to_use: [count()] }] };
      const { send } = await webAclOf({ rule: [common({}, override)] });
      const counted = await send(silent);
      assert.deepEqual([counted.action, counted.counted], ['allow', [named]]);
      const verdict = await send({ ...silent, ...query('q=../../etc/passwd') });
      assert.equal(verdict.rule, 'AWS#AWSManagedRulesCommonRuleSet#GenericLFI_QUERYARGUMENTS');
    },
  }),
  ...cases('https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-scope-down-statements.html (not re-read)', {
    'leaves requests alone that the scope-down statement of a group does not match': async () => {
      const { blockedBy } = await webAclOf({ rule: [common({}, { scope_down_statement: [contains('scoped')] })] });
      assert.deepEqual(
        [await blockedBy(silent), await blockedBy({ ...silent, ...query('scoped') })],
        [undefined, named],
      );
    },
  }),
  ...cases(guide('waf-rule-label-match.html'), {
    'finds a label of its own web ACL without the prefix': async () =>
      assert.deepEqual([await labelMatches('shop:bots:bad'), await labelMatches('shop:bots')], [true, false]),
    'finds a label by its full name': async () =>
      assert.equal(await labelMatches('awswaf:000000000000:webacl:edge:shop:bots:bad'), true),
    'finds a namespace': async () =>
      assert.deepEqual(
        [await labelMatches('shop:', 'NAMESPACE'), await labelMatches('bots:', 'NAMESPACE')],
        [true, false],
      ),
    'tells upper and lower case of labels apart': async () => assert.equal(await labelMatches('shop:bots:BAD'), false),
    'needs the prefix for labels of a managed group': async () => {
      const key = 'awswaf:managed:aws:core-rule-set:NoUserAgent_Header';
      const group = common({ override_action: [{ count: [{}] }] });
      const rules = [
        group,
        ruleOf(label('NoUserAgent_Header'), { name: 'bare', priority: 1 }),
        ruleOf(label(key), { priority: 2 }),
      ];
      const { blockedBy } = await webAclOf({ rule: rules });
      assert.equal(await blockedBy(silent), 'mine');
    },
  }),
  ...cases(
    'https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-label-match.html (read 2026-11-25)',
    {
      'sees labels of earlier rules alone': async () => {
        const rules = [ruleOf(label('shop:bots:bad')), marks({ ...labelled, priority: 1 })];
        const { send } = await webAclOf({ rule: rules });
        assert.equal((await send(query('mark'))).action, 'allow');
      },
    },
  ),
];
