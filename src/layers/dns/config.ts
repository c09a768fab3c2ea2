import { z } from 'zod';

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const hostname = () =>
  z
    .string()
    .max(253)
    .regex(
      new RegExp(`^(${label}\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`),
      'a domain name in lower case such as `example.com`, without scheme, port, path or final dot',
    );

/** The names' part of an environment. */
export const domainKeys = {
  domain: hostname().describe('Apex under which `api.` and the front ends’ subdomains stand.'),
  hostedZone: hostname()
    .optional()
    .describe('Existing Route 53 zone that holds the domain. Default: the domain itself.'),
  redirectDomains: z
    .array(hostname())
    .optional()
    .describe('Further names that redirect to the first front end, keeping path and query.'),
};

/** The names' key of a front end. */
export const subdomainKeys = {
  subdomain: z
    .string()
    .regex(new RegExp(`^${label}$`), 'one DNS label in lower case such as `app`')
    .describe('Its name under the domain: `app` serves `app.example.com`.'),
};
