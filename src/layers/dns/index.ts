import { inert, type Layer } from '../../stack/layer.js';
import { synth } from './synth.js';

/** Hosted zone, certificates and records. */
export const dns: Layer<
  'aws_acm_certificate' | 'aws_acm_certificate_validation' | 'aws_route53_record',
  'aws_route53_zone'
> = {
  name: 'dns',
  synth,
  cost: { aws_acm_certificate: 'free', aws_acm_certificate_validation: 'free', aws_route53_record: 'unpriced' },
  audit: [],
  local: {
    aws_acm_certificate: inert('The plane has one certificate from its own authority.', ({ args }) => ({
      domain_validation_options: [
        { resource_record_name: args['domain_name'], resource_record_type: 'CNAME', resource_record_value: 'local' },
      ],
    })),
    aws_acm_certificate_validation: inert('Nothing to validate: the plane signs its own certificate.', ({ args }) => ({
      certificate_arn: args['certificate_arn'],
    })),
    aws_route53_record: inert('Names under .localhost resolve to the loopback address by themselves.', ({ args }) => ({
      fqdn: args['name'],
    })),
  },
  localData: {
    aws_route53_zone: ({ args }) => Promise.resolve({ zone_id: 'ZLOCAL', name: args['name'] }),
  },
};
