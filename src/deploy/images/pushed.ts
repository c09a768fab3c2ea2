import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { LandfallErrors, type Problem } from '../../base/errors.js';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { parseReference } from './reference.js';

/** An image that was built elsewhere, or for an earlier deployment. */
export interface PushedImage {
  readonly service: string;
  /** URI. */
  readonly repository: string;
  readonly digest: string;
}

/**
 * Sees that images stand in their repositories, before tasks would fail to start from them.
 * @throws LandfallErrors `IMAGE_NOT_FOUND` for all that do not
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html (not re-read)
 */
export async function assertPushed(session: AwsSession, images: readonly PushedImage[]): Promise<void> {
  const found = await Promise.all(images.map((image) => isPushed(session, image)));
  const [first, ...rest] = images.filter((_, index) => found[index] === false).map(notFound);
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
}

async function isPushed(session: AwsSession, { repository, digest }: PushedImage): Promise<boolean> {
  const repositoryName = parseReference(repository).repository;
  const command = new DescribeImagesCommand({ repositoryName, imageIds: [{ imageDigest: digest }] });
  try {
    const { imageDetails = [] } = await session.client(ECRClient).send(command);
    return imageDetails.length > 0;
  } catch (error) {
    if (isAwsError(error, 'ImageNotFoundException')) return false;
    throw awsProblem(error, `look at the images of ${repositoryName}`);
  }
}

const notFound = ({ service, repository, digest }: PushedImage): Problem => ({
  code: 'IMAGE_NOT_FOUND',
  message: `The repository of ${service} has no image ${digest}: ${repository}.`,
  fix: `Push it there, or give the digest of one that stands (aws ecr describe-images --repository-name ${parseReference(repository).repository}). Old images are removed by the repository’s lifecycle rule.`,
});
