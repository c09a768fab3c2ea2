import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  CreateRuleCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { findEmulator } from '../test/harness/emulator.js';

const region = 'eu-central-1';
const name = 'bench';

/** The load balancer of an AWS emulator, with one rule to a process of this machine. */
export interface Peer {
  readonly version: string;
  readonly origin: string;
  readonly host: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** @param port of the process @returns why there is none, as text */
export async function startPeer(port: number): Promise<Peer | string> {
  const { version, reason, startEmulator } = await findEmulator();
  if (startEmulator === undefined) return reason;
  const emulator = await startEmulator(region);
  const client = new ElasticLoadBalancingV2Client({
    region,
    endpoint: emulator.endpoint,
    credentials: { accessKeyId: emulator.account, secretAccessKey: 'emulator' },
  });
  const { LoadBalancers: [balancer] = [] } = await client.send(
    new CreateLoadBalancerCommand({ Name: name, Subnets: ['subnet-a', 'subnet-b'] }),
  );
  const { TargetGroups: [group] = [] } = await client.send(
    new CreateTargetGroupCommand({ Name: name, TargetType: 'ip', Protocol: 'HTTP', Port: port, VpcId: 'vpc-a' }),
  );
  await client.send(
    new RegisterTargetsCommand({ TargetGroupArn: group?.TargetGroupArn, Targets: [{ Id: '127.0.0.1', Port: port }] }),
  );
  const { Listeners: [listener] = [] } = await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    }),
  );
  await client.send(
    new CreateRuleCommand({
      ListenerArn: listener?.ListenerArn,
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', Values: ['/items/*'] }],
      Actions: [{ Type: 'forward', TargetGroupArn: group?.TargetGroupArn }],
    }),
  );
  client.destroy();
  return {
    version,
    origin: emulator.endpoint,
    host: `${name}.alb.localhost`,
    pid: emulator.pid,
    stop: () => emulator.stop(),
  };
}
