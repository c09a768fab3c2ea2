/** As much of a service as its calls say. */
export interface Caller {
  readonly name: string;
  readonly calls: readonly string[];
}

/**
 * Names of the services that `from` call, directly or through others, each with the first caller found. Calls by Cloud Map pass no
 * gateway, so nothing would wake these while their callers run.
 */
export function reachedFrom(from: readonly Caller[], all: readonly Caller[]): ReadonlyMap<string, string> {
  const reached = new Map<string, string>();
  const queue = [...from];
  for (const { name, calls } of queue)
    for (const callee of calls) {
      if (reached.has(callee)) continue;
      reached.set(callee, name);
      queue.push(...all.filter((service) => service.name === callee));
    }
  return reached;
}
