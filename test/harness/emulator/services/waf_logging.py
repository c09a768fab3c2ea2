"""WAFv2's logging configurations; web ACLs themselves are MiniStack's."""

from aws import AwsError, Request

CONFIGURATIONS: dict = {}


def put(request: Request):
    configuration = request.data["LoggingConfiguration"]
    for destination in configuration["LogDestinationConfigs"]:
        if "aws-waf-logs-" not in destination:
            raise AwsError("WAFInvalidParameterException", f"{destination} is not named aws-waf-logs-…")
    CONFIGURATIONS[configuration["ResourceArn"]] = configuration
    return {"LoggingConfiguration": configuration}


def get(request: Request):
    arn = request.data["ResourceArn"]
    if arn not in CONFIGURATIONS:
        raise AwsError("WAFNonexistentItemException", f"{arn} has no logging configuration")
    return {"LoggingConfiguration": CONFIGURATIONS[arn]}


def delete(request: Request):
    get(request)
    del CONFIGURATIONS[request.data["ResourceArn"]]
    return {}


OPERATIONS = {"PutLoggingConfiguration": put, "GetLoggingConfiguration": get, "DeleteLoggingConfiguration": delete}
