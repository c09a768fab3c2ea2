"""Service Quotas: the value of a quota, plentiful for all."""

from aws import Request


def get_service_quota(request: Request):
    data = request.data
    return {
        "Quota": {"ServiceCode": data["ServiceCode"], "QuotaCode": data["QuotaCode"], "Value": 100.0, "Adjustable": True}
    }


OPERATIONS = {"GetServiceQuota": get_service_quota}
