/**
 * The environment with Node's heap limited to the task's memory: a heap that outgrows it would be killed on Fargate for certain. Options of
 * the service's own come after and win. Approximate: what is not heap is not limited, and programs that are not Node ignore it.
 */
export function withHeapLimit(
  env: Readonly<Record<string, string>>,
  memoryMiB: number | undefined,
): Readonly<Record<string, string>> {
  if (memoryMiB === undefined) return env;
  const options = [`--max-old-space-size=${String(memoryMiB)}`, env['NODE_OPTIONS'] ?? ''].filter(
    (part) => part !== '',
  );
  return { ...env, NODE_OPTIONS: options.join(' ') };
}
