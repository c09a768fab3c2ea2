import type { Artifact } from '../stack/artifact.js';

/** What a plane goes by that stops or is destroyed before it was told of an artifact. */
export const emptyArtifact: Artifact = {
  stack: {
    project: '',
    environment: '',
    region: '',
    resources: [],
    data: [],
    ephemeral: [],
    variables: [],
    outputs: [],
  },
  manifest: { version: 1, project: '', environment: '', region: '', domain: '', images: [], sites: [], endpoints: [] },
};
