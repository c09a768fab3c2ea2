"""Systems Manager: the public parameters that name Amazon's machine images for arm64."""

from ministack.services import ssm

AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami"
IMAGE = "ami-0c2023a1b2c3d4e5f"


def correct() -> None:
    for kind in ("kernel-default", "minimal-kernel-default"):
        for architecture in ("arm64", "x86_64"):
            ssm._PUBLIC_AMI_PARAMETERS[f"{AMAZON_LINUX}-{kind}-{architecture}"] = IMAGE
