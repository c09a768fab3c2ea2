import { expect } from 'vitest';
import { mockedAddress } from '../../harness/mocked-plan-values.js';
import { at } from '../questions.js';
import { lineOf, opening } from '../security-groups.js';
import { everywhere, type Fact } from './fact.js';

const natAddresses = ['aws_eip.nat_a', 'aws_eip.nat_b'].map((address) => `${mockedAddress(address)}/32`);

/** Who may connect to whom in the full example, and nobody else. */
const doors = [
  'alb 443 from 0.0.0.0/0',
  'alb 80 from 0.0.0.0/0',
  ...natAddresses.flatMap((address) => [`alb 8080 from ${address}`, `alb 8443 from ${address}`]),
  'ecs 3000-3081 from alb',
  'ecs 3000-3081 from ecs',
  'ecs 3000-3081 from job_invoker',
  'rds 5432 from database_init',
  'rds 5432 from ecs',
  'redis 6379 from ecs',
];

/** Address plan and security groups. */
export const networkFacts: readonly Fact[] = [
  {
    name: 'the address plan is the specification’s',
    in: everywhere,
    check: (plan) => {
      const ranges = plan.all('aws_subnet').map(({ name, values }) => [name, values['cidr_block']]);
      expect(Object.fromEntries(ranges)).toEqual({
        public_a: '10.0.1.0/24',
        public_b: '10.0.2.0/24',
        private_a: '10.0.10.0/24',
        private_b: '10.0.20.0/24',
        database_a: '10.0.100.0/24',
        database_b: '10.0.200.0/24',
      });
      expect(plan.get('aws_vpc.main').values['cidr_block']).toBe('10.0.0.0/16');
    },
  },
  {
    name: 'these ports are open to these peers, and no other',
    check: (plan) => {
      expect(opening(plan, 'ingress').map(lineOf)).toEqual(doors.toSorted());
    },
  },
  {
    name: 'only 80 and 443 of the load balancer are open to the world',
    in: everywhere,
    check: (plan) => {
      const open = opening(plan, 'ingress').filter(({ peer }) => /\/([0-9]|1[0-5])$|^prefix:|^::/.test(peer));
      expect(open.map(lineOf)).toEqual(['alb 443 from 0.0.0.0/0', 'alb 80 from 0.0.0.0/0']);
    },
  },
  {
    name: 'no group has rules of its own, and the VPC’s default group has none at all',
    in: everywhere,
    check: (plan) => {
      for (const { values, address } of [
        ...plan.all('aws_security_group'),
        ...plan.all('aws_default_security_group'),
      ]) {
        expect(at(values, 'ingress'), address).toBeUndefined();
        expect(at(values, 'egress'), address).toBeUndefined();
      }
      expect(plan.all('aws_security_group_rule')).toEqual([]);
    },
  },
  {
    name: 'databases and caches reach nothing',
    in: everywhere,
    check: (plan) => {
      expect([...opening(plan, 'egress', 'rds'), ...opening(plan, 'egress', 'redis')]).toEqual([]);
    },
  },
];
