import { cachingDisabled, everyName, noName, type CachePolicy } from './policy.js';

const year = 31_536_000;
const day = 86_400;

const optimized: CachePolicy = {
  minTtl: 1,
  defaultTtl: day,
  maxTtl: year,
  headers: new Set(),
  cookies: noName,
  query: noName,
  gzip: true,
  brotli: true,
};

const useOriginHeaders: CachePolicy = {
  ...optimized,
  minTtl: 0,
  defaultTtl: 0,
  headers: new Set(['host', 'origin', 'x-http-method-override', 'x-http-method', 'x-method-override']),
  cookies: everyName,
};

const mediaPackage = new Set(['aws.manifestfilter', 'start', 'end', 'm']);

/** AWS's own, by name. @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html (read 2026-11-25) */
export const managedCachePolicies: Readonly<Record<string, { readonly id: string; readonly policy: CachePolicy }>> = {
  'Managed-CachingDisabled': { id: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', policy: cachingDisabled },
  'Managed-CachingOptimized': { id: '658327ea-f89d-4fab-a63d-7e88639e58f6', policy: optimized },
  'Managed-CachingOptimizedForUncompressedObjects': {
    id: 'b2884449-e4de-46a7-ac36-70bc7f1ddd6d',
    policy: { ...optimized, gzip: false, brotli: false },
  },
  'Managed-Elemental-MediaPackage': {
    id: '08627262-05a9-4f76-9ded-b50ca2e3a84f',
    policy: {
      ...optimized,
      minTtl: 0,
      headers: new Set(['origin']),
      query: (name) => mediaPackage.has(name),
      brotli: false,
    },
  },
  'Managed-UseOriginCacheControlHeaders': {
    id: '83da9c7e-98b4-4e11-a168-04f0df8e2c65',
    policy: useOriginHeaders,
  },
  'Managed-UseOriginCacheControlHeaders-QueryStrings': {
    id: '4cc15a8a-d715-48a4-82b8-cc0b614638fe',
    policy: { ...useOriginHeaders, query: everyName },
  },
};
