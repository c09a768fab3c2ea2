import { expect, test } from 'vitest';
import { fakeAccount, Refusal } from '../testing/aws.js';
import { assertPushed } from './pushed.js';

const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;
const imageOf = (service: string, digit: string) => ({
  service,
  repository: `111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop-dev-${service}`,
  digest: digestOf(digit),
});

/** A registry in which `shop-dev-api` has one image, and a repository may be forbidden. */
async function registryWith(digit: string) {
  return fakeAccount({
    DescribeImages: ({ repositoryName, imageIds }) => {
      const [{ imageDigest }] = imageIds as [{ imageDigest: string }];
      if (repositoryName === 'shop-dev-secret') throw new Refusal('AccessDeniedException', 'not allowed');
      if (repositoryName !== 'shop-dev-api' || imageDigest !== digestOf(digit)) {
        throw new Refusal('ImageNotFoundException', `The image with imageId ${imageDigest} does not exist.`);
      }
      return { imageDetails: [{ imageDigest }] };
    },
  });
}

test('says of every image that is not in its repository where to push it, and asks nothing when none is given', async () => {
  const account = await registryWith('a');
  try {
    await assertPushed(account.session, [imageOf('api', 'a')]);
    const images = [imageOf('api', 'b'), imageOf('web', 'a')];
    await expect(assertPushed(account.session, images)).rejects.toMatchObject({
      problems: images.map(({ service, repository, digest }) => ({
        code: 'IMAGE_NOT_FOUND',
        message: `The repository of ${service} has no image ${digest}: ${repository}.`,
        fix: expect.stringContaining(`--repository-name shop-dev-${service}`) as string,
      })),
    });
    const calls = account.calls.length;
    await assertPushed(account.session, []);
    expect(account.calls).toHaveLength(calls);
  } finally {
    await account.stop();
  }
});

test('a registry that may not be asked is told as such', async () => {
  const account = await registryWith('a');
  try {
    await expect(assertPushed(account.session, [imageOf('secret', 'a')])).rejects.toMatchObject({
      problems: [{ code: 'AWS_ACCESS_DENIED', message: expect.stringContaining('shop-dev-secret') as string }],
    });
  } finally {
    await account.stop();
  }
});
