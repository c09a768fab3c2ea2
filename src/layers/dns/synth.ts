import type { Config } from '../../config/config.js';
import { hasTargetGroup, isNest, isNext, isSpa, zoneOf, type Refs } from '../../stack/refs.js';
import type { SynthPart } from '../../stack/layer.js';
import { attr, attrPath, dataAttr, dataSource, resource, type AnyResource } from '../../stack/stack.js';

/** A public name: its distribution's, and the load balancer's too when requests reach it under that name. */
interface Host {
  readonly name: string;
  readonly host: string;
  readonly behindLoadBalancer: boolean;
}

/** The hosted zones, a certificate for each name and region with its validation, and alias records for every distribution. */
export function synth(config: Config, refs: Refs): SynthPart {
  const zones = new Map([
    [refs.hostedZone, config.hostedZone],
    ...config.redirectDomains.map((domain) => [refs.hostedZoneOf(domain), zoneOf(config, domain)] as const),
  ]);
  return {
    data: [...zones].map(([address, name]) => dataSource(address, { name, private_zone: false })),
    resources: hostsOf(config, refs).flatMap(({ name, host, behindLoadBalancer }) => [
      ...validated(refs, name, host),
      ...(['A', 'AAAA'] as const).map((type) => alias(refs, name, host, type)),
      ...(behindLoadBalancer ? [certificate(refs.id(name), host), validation(refs.id(name), refs.id(name))] : []),
    ]),
  };
}

function hostsOf(config: Config, refs: Refs): readonly Host[] {
  const frontEnds = config.services.filter((service) => isNext(service) || isSpa(service));
  return [
    { name: 'api', host: refs.apiHost, behindLoadBalancer: true },
    ...frontEnds.map((service) => ({
      name: service.name,
      host: refs.host(service.subdomain),
      behindLoadBalancer: hasTargetGroup(service) && !isNest(service),
    })),
    ...config.redirectDomains.map((domain) => ({
      name: refs.redirectName(domain),
      host: domain,
      behindLoadBalancer: false,
    })),
  ];
}

/** The edge's certificate (us-east-1) and the DNS record that validates it: ACM asks the same record of every region. */
function validated(refs: Refs, name: string, host: string): AnyResource[] {
  const id = refs.id(name);
  const edge = `${id}__edge`;
  const option = (key: string) => attrPath(`aws_acm_certificate.${edge}`, 'domain_validation_options', '*', key, 0);
  return [
    certificate(edge, host, 'us_east_1'),
    resource(`aws_route53_record.${id}_validation`, {
      zone_id: dataAttr(refs.hostedZoneOf(host), 'zone_id'),
      name: option('resource_record_name'),
      type: option('resource_record_type'),
      records: [option('resource_record_value')],
      ttl: 300,
      allow_overwrite: true,
    }),
    validation(edge, id, 'us_east_1'),
  ];
}

function certificate(name: string, host: string, provider?: 'us_east_1') {
  return resource(
    `aws_acm_certificate.${name}`,
    { domain_name: host, validation_method: 'DNS', tags: { Name: host } },
    { lifecycle: { create_before_destroy: true }, ...(provider && { provider }) },
  );
}

function validation(certificateName: string, recordName: string, provider?: 'us_east_1') {
  return resource(
    `aws_acm_certificate_validation.${certificateName}`,
    {
      certificate_arn: attr(`aws_acm_certificate.${certificateName}`, 'arn'),
      validation_record_fqdns: [attr(`aws_route53_record.${recordName}_validation`, 'fqdn')],
    },
    provider && { provider },
  );
}

function alias(refs: Refs, name: string, host: string, type: 'A' | 'AAAA') {
  return resource(`aws_route53_record.${refs.id(name)}_${type.toLowerCase()}`, {
    zone_id: dataAttr(refs.hostedZoneOf(host), 'zone_id'),
    name: host,
    type,
    alias: [
      {
        name: attr(refs.distribution(name), 'domain_name'),
        zone_id: attr(refs.distribution(name), 'hosted_zone_id'),
        evaluate_target_health: false,
      },
    ],
  });
}
