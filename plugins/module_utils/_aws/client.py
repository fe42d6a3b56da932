# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""boto3 clients made from a module's connection options."""

from __future__ import annotations

import functools
import traceback
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from .._core.errors import OhmyError
from . import credentials
from .errors import BotoCoreError, ClientError, call, translate
from .version import VERSION

try:
    import boto3
    from botocore.config import Config

    BOTO3_ERROR = None
except ImportError:
    BOTO3_ERROR = traceback.format_exc()

MINIMUM_BOTO3 = "1.35.0"
USER_AGENT = f"ohmy.hadoop/{VERSION}"
ATTEMPTS = 8
# A refusal for want of capacity is a server error, which more attempts only delay.
LAUNCH_ATTEMPTS = 3
# S3's old name of us-east-1 leads to each bucket's region, but by no endpoint in a VPC, and nodes ask under it, too.
S3_SETTINGS = {"us_east_1_regional_endpoint": "regional"}
# Who calls is asked first: a misspelt region's host, which there is not, is told soon.
FIRST_ATTEMPTS = 3


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def boto3_problem() -> str | None:
    """Return what is wrong with boto3, missing or too old, or None."""
    from ansible.module_utils.basic import missing_required_lib

    if BOTO3_ERROR is not None:
        return str(missing_required_lib(f"boto3 >= {MINIMUM_BOTO3}"))
    if _numbers(boto3.__version__) < _numbers(MINIMUM_BOTO3):
        return f"boto3 {MINIMUM_BOTO3} or newer is needed, this is {boto3.__version__}."
    return None


def require_boto3(module: t.Any) -> None:
    """Fail the module where boto3 is missing or too old."""
    problem = boto3_problem()
    if problem is not None:
        module.fail_json(msg=problem, exception=BOTO3_ERROR)


@dataclass(frozen=True)
class Identity:
    """Who calls: account number, ARN and the partition (``aws``, ``aws-cn`` …)."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        """Return the partition that the ARN names."""
        parts = self.arn.split(":")
        return parts[1] if len(parts) > 2 and parts[1] else "aws"


class Clients:
    """One boto3 client per service, made when first used, all from one session."""

    def __init__(self, params: dict[str, t.Any]) -> None:
        """Open the session; raise OhmyError for an unknown profile or a missing region."""
        self._params = params
        try:
            self.session = boto3.session.Session(
                profile_name=params.get("profile"),
                region_name=params.get("region"),
                aws_access_key_id=params.get("access_key"),
                aws_secret_access_key=params.get("secret_key"),
                aws_session_token=params.get("session_token"),
            )
        except (ClientError, BotoCoreError) as exc:
            raise translate("open an AWS session", exc) from exc
        if not self.session.region_name:
            raise OhmyError("No AWS region is set.", "Set cluster_region, AWS_REGION or a region in the profile.")
        self.region: str = self.session.region_name
        # Now, as signing in or taking a role may fail, and is no part of what is asked for first.
        credentials.resolve(self.session)

    def _client(self, service: str, attempts: int = ATTEMPTS, **more: t.Any) -> t.Any:
        settings = {"retries": {"mode": "standard", "total_max_attempts": attempts}, "user_agent_extra": USER_AGENT}
        if service == "s3":
            settings["s3"] = S3_SETTINGS
        settings.update(more)
        settings.update(self._params.get("aws_config") or {})
        verify: t.Any = self._params.get("aws_ca_bundle") if self._params.get("validate_certs", True) else False
        try:
            return self.session.client(
                service, endpoint_url=self._params.get("endpoint_url"), verify=verify, config=Config(**settings)
            )
        except (ClientError, BotoCoreError, ValueError, TypeError) as exc:
            raise translate(f"make a client for {service}", exc) from exc

    @functools.cached_property
    def ec2(self) -> t.Any:
        """Return the EC2 client."""
        return self._client("ec2")

    @functools.cached_property
    def launcher(self) -> t.Any:
        """Return the EC2 client that makes RunInstances and StartInstances, with few attempts."""
        return self._client("ec2", LAUNCH_ATTEMPTS)

    @functools.cached_property
    def s3(self) -> t.Any:
        """Return the S3 client."""
        return self._client("s3")

    @functools.cached_property
    def iam(self) -> t.Any:
        """Return the IAM client."""
        return self._client("iam")

    @functools.cached_property
    def ssm(self) -> t.Any:
        """Return the SSM client."""
        return self._client("ssm")

    @functools.cached_property
    def sts(self) -> t.Any:
        """Return the STS client."""
        return self._client("sts", FIRST_ATTEMPTS)

    @functools.cached_property
    def quotas(self) -> t.Any:
        """Return the client of Service Quotas, which a private network may not reach and nothing depends on."""
        return self._client("service-quotas", 2, connect_timeout=10, read_timeout=20)

    @functools.cached_property
    def identity(self) -> Identity:
        """Return who calls; one STS call, which also proves the credentials."""
        answer = call("find out who calls (STS GetCallerIdentity)", self.sts.get_caller_identity)
        return Identity(answer["Account"], answer["Arn"])

    def s3_address(self, bucket: str) -> dict[str, t.Any]:
        """Return how this client reaches the bucket: ``endpoint``, ``region``, ``path_style``.

        The addressing style is read off a URL that the client itself makes (and that never leaves this function).
        """
        arguments = {"ClientMethod": "head_bucket", "Params": {"Bucket": bucket}}
        url = call(f"work out the address of bucket {bucket}", self.s3.generate_presigned_url, **arguments)
        virtual = (urlsplit(url).hostname or "").startswith(f"{bucket}.")
        endpoint = self.s3.meta.endpoint_url
        return {"endpoint": endpoint, "region": self.s3.meta.region_name or self.region, "path_style": not virtual}
