"""ECR: repositories on the address that stands before the emulator's own registry, where the harness names one.

Images are pushed to no registry of the emulator: every digest that is asked for stands there, but those that begin with a zero.
"""

import os

from ministack.core.responses import error_response_json, json_response
from ministack.services import ecr


def correct() -> None:
    host = os.environ.get("EMULATOR_REGISTRY")
    if host:
        ecr._repo_uri = lambda name: f"{host}/{name}"
    ecr._describe_images = describe_images


def describe_images(data):
    digests = [image["imageDigest"] for image in data.get("imageIds", [])]
    absent = [digest for digest in digests if digest.startswith("sha256:0")]
    if absent:
        message = f"The image with imageId {{imageDigest:'{absent[0]}'}} does not exist within the repository"
        return error_response_json("ImageNotFoundException", message, 400)
    return json_response({"imageDetails": [{"imageDigest": digest} for digest in digests]})
