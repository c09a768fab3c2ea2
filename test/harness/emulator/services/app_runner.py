"""App Runner: services (always running at once), VPC connectors, auto scaling configurations."""

from aws import AwsError, Request, Tags, now, pairs_to_tags, tags_to_pairs, unique

SERVICES: dict = {}
OPERATIONS_OF: dict = {}
CONNECTORS: dict = {}
SCALING: dict = {}
TAGS = Tags()


def found(store: dict, arn: str):
    if arn not in store:
        raise AwsError("ResourceNotFoundException", f"{arn} does not exist")
    return store[arn]


def keep(store: dict, arn: str, item: dict, request: Request):
    store[arn] = item
    TAGS.add(arn, pairs_to_tags(request.data.get("Tags")))
    return item


def create_connector(request: Request):
    data = request.data
    arn = request.arn("apprunner", f"vpcconnector/{data['VpcConnectorName']}/1/{unique()}")
    item = {
        "VpcConnectorName": data["VpcConnectorName"],
        "VpcConnectorArn": arn,
        "VpcConnectorRevision": 1,
        "Subnets": data["Subnets"],
        "SecurityGroups": data.get("SecurityGroups", []),
        "Status": "ACTIVE",
        "CreatedAt": now(),
    }
    return {"VpcConnector": keep(CONNECTORS, arn, item, request)}


def create_scaling(request: Request):
    data, name = request.data, request.data["AutoScalingConfigurationName"]
    arn = request.arn("apprunner", f"autoscalingconfiguration/{name}/1/{unique()}")
    item = {
        "AutoScalingConfigurationArn": arn,
        "AutoScalingConfigurationName": name,
        "AutoScalingConfigurationRevision": 1,
        "Latest": True,
        "Status": "active",
        "MaxConcurrency": data.get("MaxConcurrency", 100),
        "MinSize": data.get("MinSize", 1),
        "MaxSize": data.get("MaxSize", 25),
        "CreatedAt": now(),
    }
    return {"AutoScalingConfiguration": keep(SCALING, arn, item, request)}


def create_service(request: Request):
    data, identifier = request.data, unique()
    arn = request.arn("apprunner", f"service/{data['ServiceName']}/{identifier}")
    item = {
        "ServiceName": data["ServiceName"],
        "ServiceId": identifier,
        "ServiceArn": arn,
        "ServiceUrl": f"{identifier[:10]}.{request.region}.awsapprunner.com",
        "CreatedAt": now(),
        "UpdatedAt": now(),
        "Status": "RUNNING",
        **settings(request),
    }
    if data.get("EncryptionConfiguration"):
        item["EncryptionConfiguration"] = data["EncryptionConfiguration"]
    return {"Service": keep(SERVICES, arn, item, request), "OperationId": done("CREATE_SERVICE", arn)}


def settings(request: Request):
    """What creating and updating a service have in common, with App Runner's own defaults."""
    data = request.data
    scaling = data.get("AutoScalingConfigurationArn")
    default = request.arn("apprunner", f"autoscalingconfiguration/DefaultConfiguration/1/{'0' * 31}1")
    given = {
        "SourceConfiguration": data.get("SourceConfiguration"),
        "ObservabilityConfiguration": data.get("ObservabilityConfiguration"),
    }
    return {
        **{key: value for key, value in given.items() if value is not None},
        "InstanceConfiguration": {"Cpu": "1024", "Memory": "2048", **(data.get("InstanceConfiguration") or {})},
        "HealthCheckConfiguration": {
            "Protocol": "TCP",
            "Path": "/",
            "Interval": 5,
            "Timeout": 2,
            "HealthyThreshold": 1,
            "UnhealthyThreshold": 5,
            **(data.get("HealthCheckConfiguration") or {}),
        },
        "NetworkConfiguration": {
            "EgressConfiguration": {"EgressType": "DEFAULT"},
            "IngressConfiguration": {"IsPubliclyAccessible": True},
            "IpAddressType": "IPV4",
            **(data.get("NetworkConfiguration") or {}),
        },
        "AutoScalingConfigurationSummary": {
            "AutoScalingConfigurationArn": scaling or default,
            "AutoScalingConfigurationName": (scaling or default).split("/")[1],
            "AutoScalingConfigurationRevision": 1,
        },
    }


def update_service(request: Request):
    item = found(SERVICES, request.data["ServiceArn"])
    item.update(settings(request), UpdatedAt=now())
    return {"Service": item, "OperationId": done("UPDATE_SERVICE", item["ServiceArn"])}


def done(kind: str, arn: str):
    """Notes an operation that succeeded at once, newest first. Its id."""
    identifier, at = unique(), now()
    times = {"StartedAt": at, "EndedAt": at, "UpdatedAt": at}
    operation = {"Id": identifier, "Type": kind, "Status": "SUCCEEDED", "TargetArn": arn, **times}
    OPERATIONS_OF.setdefault(arn, []).insert(0, operation)
    return identifier


def list_operations(request: Request):
    return {"OperationSummaryList": OPERATIONS_OF.get(request.data["ServiceArn"], [])}


def delete_service(request: Request):
    item = found(SERVICES, request.data["ServiceArn"])
    item["Status"] = "DELETED"
    return {"Service": item, "OperationId": unique()}


def list_services(_request: Request):
    return {"ServiceSummaryList": [item for item in SERVICES.values() if item["Status"] != "DELETED"]}


def tag(request: Request):
    TAGS.add(request.data["ResourceArn"], pairs_to_tags(request.data.get("Tags")))
    return {}


def untag(request: Request):
    TAGS.remove(request.data["ResourceArn"], request.data.get("TagKeys") or [])
    return {}


def describer(store: dict, key: str):
    return lambda request: {key: found(store, request.data[f"{key}Arn"])}


def retirer(store: dict, key: str, status: str):
    """Deleting keeps the item with another status: that is how App Runner tells that it is gone."""

    def retire(request: Request):
        item = found(store, request.data[f"{key}Arn"])
        item["Status"] = status
        return {key: item}

    return retire


OPERATIONS = {
    "CreateVpcConnector": create_connector,
    "DescribeVpcConnector": describer(CONNECTORS, "VpcConnector"),
    "DeleteVpcConnector": retirer(CONNECTORS, "VpcConnector", "INACTIVE"),
    "CreateAutoScalingConfiguration": create_scaling,
    "DescribeAutoScalingConfiguration": describer(SCALING, "AutoScalingConfiguration"),
    "DeleteAutoScalingConfiguration": retirer(SCALING, "AutoScalingConfiguration", "inactive"),
    "CreateService": create_service,
    "DescribeService": describer(SERVICES, "Service"),
    "UpdateService": update_service,
    "DeleteService": delete_service,
    "ListServices": list_services,
    "ListOperations": list_operations,
    "TagResource": tag,
    "UntagResource": untag,
    "ListTagsForResource": lambda request: {"Tags": tags_to_pairs(TAGS.of(request.data["ResourceArn"]))},
}
