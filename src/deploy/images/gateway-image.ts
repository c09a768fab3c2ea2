import { Copy, DockerfileParser, Env, From } from 'dockerfile-ast';

/** What the gateway's Dockerfile says: only FROM, COPY and ENV, so that it can be followed without a daemon. */
export interface GatewayImage {
  /** The build argument that names the base image, and its default. */
  readonly argument: string;
  readonly base: string;
  readonly copies: readonly { readonly from: string; readonly to: string }[];
  readonly env: Readonly<Record<string, string>>;
}

export function readGatewayImage(dockerfile: string): GatewayImage {
  const parsed = DockerfileParser.parse(dockerfile);
  const argument = parsed.getInitialARGs()[0]?.getProperty();
  const instructions = parsed.getInstructions().filter((one) => !['ARG', 'COMMENT'].includes(one.getKeyword()));
  const unknown = instructions.find((one) => !(one instanceof From || one instanceof Copy || one instanceof Env));
  if (unknown !== undefined || argument === undefined || argument === null) {
    throw new Error(`The gateway's Dockerfile has ${unknown?.getInstruction() ?? 'no ARG'}, which is not understood.`);
  }
  const properties = parsed.getENVs().flatMap((one) => one.getProperties());
  return {
    argument: argument.getName(),
    base: argument.getValue() ?? '',
    copies: parsed.getCOPYs().flatMap((one) => {
      const [from, to] = one.getArguments().map((each) => each.getValue());
      return from === undefined || to === undefined ? [] : [{ from, to }];
    }),
    env: Object.fromEntries(properties.map((one) => [one.getName(), one.getValue() ?? ''])),
  };
}
