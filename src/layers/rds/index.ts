import { inert, type Layer } from '../../stack/layer.js';
import { databaseServer } from './local/server.js';
import { synth } from './synth.js';

/** RDS for PostgreSQL. */
export const rds: Layer<'aws_db_instance' | 'aws_db_parameter_group' | 'aws_db_subnet_group' | 'terraform_data'> = {
  name: 'rds',
  synth,
  cost: {
    aws_db_instance: 'unpriced',
    aws_db_parameter_group: 'free',
    aws_db_subnet_group: 'free',
    terraform_data: 'free',
  },
  audit: [],
  scannerSkips: (config) =>
    config.production || config.postgres === undefined
      ? []
      : [
          { check: 'CKV_AWS_157', reason: 'Multi-AZ is for production.' },
          { check: 'CKV_AWS_293', reason: 'Deletion protection is for production; other environments come and go.' },
        ],
  local: {
    aws_db_instance: databaseServer,
    aws_db_parameter_group: inert(
      'TLS is demanded by the plane itself; other parameters are PostgreSQL’s own.',
      ({ args }) => ({ name: args['name'] }),
    ),
    terraform_data: inert('A name that is made once and kept.'),
    aws_db_subnet_group: inert('One machine has one network.', ({ args }) => ({ name: args['name'] })),
  },
};
