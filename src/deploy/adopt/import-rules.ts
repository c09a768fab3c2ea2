import type { ResourceType } from '../../stack/stack.js';

/** How an `import` block of Terraform names a resource of one type. */
export type ImportRule =
  | {
      /**
       * The import id. `{id}` is the id that Terraform told, `{name}` the argument `name` as the artifact has it, and `{cluster.name}` the
       * attribute `name` of the resource to which the argument `cluster` refers; `{tagged}` is the ARN that its tags lead to. Without `{id}`
       * and `{tagged}` it is known before AWS has answered.
       */
      readonly id: string;
      /** Matches the ARN of a resource of this type; its first group, or else the whole, is the id. For what is found by its tags. */
      readonly arn?: RegExp;
    }
  | {
      /** It is not imported: what becomes of one that exists. */
      readonly instead: string;
    };

const byId = (arn?: RegExp): ImportRule => ({ id: '{id}', ...(arn !== undefined && { arn }) });
const by = (id: string, arn?: RegExp): ImportRule => ({ id, ...(arn !== undefined && { arn }) });
const ec2 = (kind: string): ImportRule => byId(new RegExp(`^arn:[^:]+:ec2:[^:]*:\\d+:${kind}/(.+)$`));
const bucket = by('{bucket}');

/**
 * One rule for each type that Landfall emits; the compiler and a test see to it that none is missing.
 * @see https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs, "Import" on the page of each resource (those of
 * iam_role_policy_attachment, service_discovery_private_dns_namespace and wafv2_ip_set read 2026-11-29, the others not re-read).
 * Provider 5.100 took over all of examples/full dev by these ids on an emulator; not in it are autoscaling_group, budgets_budget,
 * launch_template, lb_listener_certificate, network_interface, sns_topic_subscription and wafv2_ip_set.
 */
export const importRules: Readonly<Record<ResourceType, ImportRule>> = {
  aws_acm_certificate: byId(/^arn:[^:]+:acm:.+:certificate\/.+$/),
  aws_acm_certificate_validation: { instead: 'It is only a wait, which ends at once for a valid certificate.' },
  aws_appautoscaling_policy: by('{service_namespace}/{resource_id}/{scalable_dimension}/{name}'),
  aws_appautoscaling_target: by('{service_namespace}/{resource_id}/{scalable_dimension}'),
  aws_apprunner_auto_scaling_configuration_version: byId(/^arn:[^:]+:apprunner:.+:autoscalingconfiguration\/.+$/),
  aws_apprunner_service: byId(/^arn:[^:]+:apprunner:.+:service\/.+$/),
  aws_apprunner_vpc_connector: byId(/^arn:[^:]+:apprunner:.+:vpcconnector\/.+$/),
  aws_autoscaling_group: by('{name}'),
  aws_budgets_budget: byId(),
  aws_cloudfront_cache_policy: byId(),
  aws_cloudfront_distribution: byId(/^arn:[^:]+:cloudfront::\d+:distribution\/(.+)$/),
  aws_cloudfront_function: by('{name}'),
  aws_cloudfront_origin_access_control: byId(),
  aws_cloudfront_response_headers_policy: byId(),
  aws_cloudwatch_dashboard: by('{dashboard_name}'),
  aws_cloudwatch_log_delivery: byId(/^arn:[^:]+:logs:.+:delivery:(.+)$/),
  aws_cloudwatch_log_delivery_destination: by('{name}'),
  aws_cloudwatch_log_delivery_source: by('{name}'),
  aws_cloudwatch_log_group: by('{name}'),
  aws_cloudwatch_log_metric_filter: by('{log_group_name}:{name}'),
  aws_cloudwatch_metric_alarm: by('{alarm_name}'),
  aws_db_instance: by('{identifier}'),
  aws_db_parameter_group: by('{name}'),
  aws_db_subnet_group: by('{name}'),
  aws_default_security_group: { instead: 'Terraform takes it over each time: the VPC makes it.' },
  aws_ecr_lifecycle_policy: by('{repository}'),
  aws_ecr_repository: by('{name}'),
  aws_ecs_cluster: by('{name}'),
  aws_ecs_cluster_capacity_providers: by('{cluster_name}'),
  aws_ecs_service: by('{cluster.name}/{name}'),
  // Terraform tells the family alone. Of several revisions the newest is meant.
  aws_ecs_task_definition: by('{tagged}', /^arn:[^:]+:ecs:.+:task-definition\/.+:\d+$/),
  aws_eip: ec2('elastic-ip'),
  aws_elasticache_parameter_group: by('{name}'),
  aws_elasticache_replication_group: by('{replication_group_id}'),
  aws_elasticache_subnet_group: by('{name}'),
  aws_flow_log: ec2('vpc-flow-log'),
  aws_iam_role: by('{name}'),
  aws_iam_role_policy: by('{role}:{name}'),
  aws_iam_role_policy_attachment: by('{role}/{policy_arn}'),
  aws_internet_gateway: ec2('internet-gateway'),
  aws_kms_alias: by('{name}'),
  aws_kms_key: byId(/^arn:[^:]+:kms:.+:key\/(.+)$/),
  aws_lambda_function: by('{function_name}'),
  aws_lambda_function_event_invoke_config: by('{function_name}'),
  aws_lambda_invocation: { instead: 'The function is invoked again: it makes only what is missing.' },
  aws_lambda_permission: by('{function_name}/{statement_id}'),
  aws_launch_template: ec2('launch-template'),
  aws_lb: byId(/^arn:[^:]+:elasticloadbalancing:.+:loadbalancer\/.+$/),
  aws_lb_listener: byId(/^arn:[^:]+:elasticloadbalancing:.+:listener\/.+$/),
  aws_lb_listener_certificate: by('{listener_arn}_{certificate_arn}'),
  aws_lb_listener_rule: byId(/^arn:[^:]+:elasticloadbalancing:.+:listener-rule\/.+$/),
  aws_lb_target_group: byId(/^arn:[^:]+:elasticloadbalancing:.+:targetgroup\/.+$/),
  aws_lb_target_group_attachment: { instead: 'The target is registered again, which changes nothing.' },
  aws_nat_gateway: ec2('natgateway'),
  aws_network_interface: ec2('network-interface'),
  aws_route: by('{route_table_id}_{destination_cidr_block}'),
  aws_route53_record: by('{zone_id}_{name}_{type}'),
  aws_route_table: ec2('route-table'),
  aws_route_table_association: by('{subnet_id}/{route_table_id}'),
  aws_s3_bucket: bucket,
  aws_s3_bucket_lifecycle_configuration: bucket,
  aws_s3_bucket_ownership_controls: bucket,
  aws_s3_bucket_policy: bucket,
  aws_s3_bucket_public_access_block: bucket,
  aws_s3_bucket_server_side_encryption_configuration: bucket,
  aws_s3_bucket_versioning: bucket,
  aws_scheduler_schedule: by('{group_name}/{name}'),
  aws_scheduler_schedule_group: by('{name}'),
  aws_secretsmanager_secret: byId(/^arn:[^:]+:secretsmanager:.+:secret:.+$/),
  // An import reads the value into the plan and the state, where write-only arguments keep it from.
  aws_secretsmanager_secret_version: { instead: 'Another version is written, with another generated value.' },
  aws_security_group: ec2('security-group'),
  aws_service_discovery_instance: by('{service_id}/{instance_id}'),
  aws_service_discovery_private_dns_namespace: by('{id}:{vpc}', /^arn:[^:]+:servicediscovery:.+:namespace\/(.+)$/),
  aws_service_discovery_service: byId(),
  aws_sns_topic: byId(/^arn:[^:]+:sns:[^:]*:\d+:[^:]+$/),
  aws_sns_topic_policy: by('{arn}'),
  aws_sns_topic_subscription: byId(),
  aws_sqs_queue: byId(),
  aws_subnet: ec2('subnet'),
  aws_vpc: ec2('vpc'),
  aws_vpc_endpoint: ec2('vpc-endpoint'),
  aws_vpc_security_group_egress_rule: byId(),
  aws_vpc_security_group_ingress_rule: byId(),
  aws_wafv2_ip_set: by('{id}/{name}/{scope}', /^arn:[^:]+:wafv2:.+\/ipset\/[^/]+\/(.+)$/),
  aws_wafv2_web_acl: by('{id}/{name}/{scope}', /^arn:[^:]+:wafv2:.+\/webacl\/[^/]+\/(.+)$/),
  aws_wafv2_web_acl_association: by('{web_acl_arn},{resource_arn}'),
  aws_wafv2_web_acl_logging_configuration: by('{resource_arn}'),
  terraform_data: { instead: 'It is nothing outside the state.' },
};
