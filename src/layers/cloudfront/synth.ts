import type { Config } from '../../config/config.js';
import type { SynthPart } from '../../stack/layer.js';
import { frontEndOf, isNext, isSpa, onAppRunner, type Refs } from '../../stack/refs.js';
import { dependenciesOf } from '../../stack/stack.js';
import { apiDistribution } from './api.js';
import { appDistribution, forwardedHost } from './app.js';
import { accessLogs } from './logs.js';
import { imageCaching, managedPolicies, originHeaders, redirectHeaders, siteHeaders } from './policies.js';
import { redirectCode, redirectDistribution } from './redirect.js';
import { originAccessControl, siteDistribution } from './site.js';

/** One distribution for the API, for each Next.js front end, each SPA and each name that redirects. */
export function synth(config: Config, refs: Refs): SynthPart {
  const apps = config.services.filter(isNext);
  const sites = config.services.filter(isSpa);
  const first = frontEndOf(config);
  const target = first === undefined ? refs.apiHost : refs.host(first.subdomain);
  const redirects = config.redirectDomains;
  const resources = [
    apiDistribution(refs),
    originHeaders(refs),
    ...(apps.length === 0 ? [] : [imageCaching(refs)]),
    ...(apps.some(onAppRunner) ? [forwardedHost(refs)] : []),
    ...apps.map((app) => appDistribution(refs, app)),
    ...(sites.length === 0 ? [] : [originAccessControl(refs), siteHeaders(refs)]),
    ...sites.map((site) => siteDistribution(refs, site)),
    ...(redirects.length === 0 ? [] : [redirectCode(refs, target), redirectHeaders(refs)]),
    ...redirects.map((domain) => redirectDistribution(refs, domain, target)),
    ...accessLogs(refs, ['api', ...[...apps, ...sites].map(({ name }) => name), ...redirects.map(refs.redirectName)]),
  ];
  return {
    data: managedPolicies(new Set(resources.flatMap(dependenciesOf))),
    resources,
    manifest: {
      endpoints: [
        { name: 'api', host: refs.apiHost },
        ...[...apps, ...sites].map(({ name, subdomain }) => ({ name, host: refs.host(subdomain) })),
      ],
    },
  };
}
