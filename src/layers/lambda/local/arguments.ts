import { z } from 'zod';

/**
 * What is read of `aws_lambda_function`. Defaults are the provider's.
 * @see https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/lambda_function (not re-read)
 */
export const functionSchema = z.object({
  function_name: z.string(),
  filename: z.string(),
  source_code_hash: z.string().default(''),
  handler: z.string(),
  runtime: z.string().default('nodejs22.x'),
  timeout: z.number().default(3),
  memory_size: z.number().default(128),
  /** -1: not reserved; 0: every invocation is throttled. */
  reserved_concurrent_executions: z.number().default(-1),
  environment: z
    .array(z.object({ variables: z.record(z.string(), z.string()).default({}) }))
    .max(1)
    .default([]),
});

export type FunctionArguments = z.infer<typeof functionSchema>;

/** What is read of `aws_lambda_function_event_invoke_config`: how often an event that failed is tried again. */
export const eventConfigSchema = z.object({
  function_name: z.string(),
  maximum_retry_attempts: z.number().default(2),
});

/**
 * The most bytes of an invocation, and of what a function returns.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/API_Invoke.html (read 2026-11-28)
 */
export const mostBytes = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024 } as const;
