import { z } from 'zod';

/** @see https://docs.aws.amazon.com/apprunner/latest/api/API_HealthCheckConfiguration.html (read 2026-11-25) */
const healthCheckSchema = z.object({
  protocol: z.enum(['TCP', 'HTTP']).default('TCP'),
  path: z.string().default('/'),
  interval: z.number().default(5),
  timeout: z.number().default(2),
  healthy_threshold: z.number().default(1),
  unhealthy_threshold: z.number().default(5),
});

const imageSchema = z.object({
  image_identifier: z.string(),
  image_configuration: z
    .tuple([
      z.object({
        /** App Runner's own default. @see https://docs.aws.amazon.com/apprunner/latest/api/API_ImageConfiguration.html (not re-read) */
        port: z.string().default('8080'),
        runtime_environment_variables: z.record(z.string(), z.string()).default({}),
        runtime_environment_secrets: z.record(z.string(), z.string()).default({}),
      }),
    ])
    .optional(),
});

/** What is read of `aws_apprunner_service`. */
export const serviceSchema = z.object({
  service_name: z.string(),
  auto_scaling_configuration_arn: z.string().optional(),
  source_configuration: z.tuple([z.object({ image_repository: z.tuple([imageSchema]) })]),
  health_check_configuration: z.tuple([healthCheckSchema]).default([healthCheckSchema.parse({})]),
});

export type ServiceArgs = z.infer<typeof serviceSchema>;
export type HealthCheck = z.infer<typeof healthCheckSchema>;

/** What is read of `aws_apprunner_auto_scaling_configuration_version`. @see https://docs.aws.amazon.com/apprunner/latest/api/API_CreateAutoScalingConfiguration.html (not re-read) */
export const scalingSchema = z.object({
  auto_scaling_configuration_name: z.string(),
  min_size: z.number().default(1),
});
