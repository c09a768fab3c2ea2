import { expect, it } from 'vitest';
import { createFakePlane } from '../../../local/testing/fake-context.js';
import { fakeRequest } from '../../../local/testing/fake-request.js';
import { wafLocal } from './index.js';

it('lets every request pass, and says that no rule was looked at', async () => {
  const plane = createFakePlane();
  const args = { name: 'shop-dev-edge', scope: 'CLOUDFRONT' };
  const attributes = await plane.apply(wafLocal.aws_wafv2_web_acl, 'aws_wafv2_web_acl.edge', args);
  expect(attributes['arn']).toMatch(
    /^arn:aws:wafv2:us-east-1:000000000000:global\/webacl\/shop-dev-edge\/[0-9a-f]{32}$/,
  );
  expect(plane.registry.addressOf('arn', String(attributes['arn']))).toBe('aws_wafv2_web_acl.edge');
  const verdict = await plane.registry.connect('aws_wafv2_web_acl.edge', 'webAcl').evaluate(fakeRequest());
  expect(verdict).toEqual({ action: 'allow', evaluated: false });
});

it('makes the ARN of a regional one in its region', async () => {
  const plane = createFakePlane();
  const args = { name: 'shop-dev-web', scope: 'REGIONAL' };
  const { arn } = await plane.apply(wafLocal.aws_wafv2_web_acl, 'aws_wafv2_web_acl.web', args);
  expect(arn).toMatch(/^arn:aws:wafv2:eu-central-1:.*:regional\/webacl\//);
});
