"""Where MiniStack's services answer the provider differently from AWS: each is mended in place, by wrapping."""

from corrected import (
    cloud_map,
    cloudfront,
    cloudwatch,
    ecr,
    ecs,
    elasticache,
    endpoints,
    flow_logs,
    lambda_functions,
    launch_templates,
    nat_gateways,
    network_interfaces,
    parameters,
    rds,
    security_groups,
    tagging,
    waf,
)

SERVICES = (
    cloud_map,
    cloudfront,
    cloudwatch,
    ecr,
    ecs,
    elasticache,
    endpoints,
    flow_logs,
    lambda_functions,
    launch_templates,
    nat_gateways,
    network_interfaces,
    parameters,
    rds,
    security_groups,
    tagging,
    waf,
)


def apply() -> None:
    for service in SERVICES:
        service.correct()
