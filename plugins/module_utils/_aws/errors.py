# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Every API call goes through here: its error is translated once and names the object."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError
from . import denials

try:
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:  # reported by client.require_boto3()

    class BotoCoreError(Exception):  # type: ignore[no-redef]  # one of the two is defined
        """Stand-in, never raised."""

    class ClientError(Exception):  # type: ignore[no-redef]  # one of the two is defined
        """Stand-in, never raised."""


GONE = frozenset(
    {
        "InvalidInstanceID.NotFound",
        "InvalidGroup.NotFound",
        "InvalidGroupId.NotFound",
        "InvalidVolume.NotFound",
        "InvalidNetworkInterfaceID.NotFound",
        "InvalidKeyPair.NotFound",
        "NoSuchEntity",
        "NoSuchBucket",
        "NoSuchKey",
        "NoSuchUpload",
        "404",
    }
)
IN_USE = frozenset({"DependencyViolation", "InvalidGroup.InUse", "VolumeInUse", "IncorrectState", "DeleteConflict"})
THROTTLED = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException", "EC2ThrottledException"})

_CAPACITY = (
    "There is no capacity for this type in this zone now: try another subnet (cluster_subnet_id) or another type "
    "(cluster_instance_type)."
)
_QUOTA = (
    "The account's quota is used up: ask AWS to raise it, or take fewer or smaller instances (cluster_workers, "
    "cluster_instance_type)."
)
_THROTTLED = (
    "The account may launch and start some 1,000 instances at once and 2 a second after that: wait longer (cluster_timeout), "
    "or ask AWS for more."
)
CREDENTIALS = "Check the credentials and the profile (cluster_profile, AWS_PROFILE)."
_UNKNOWN_HERE = (
    f"{CREDENTIALS[:-1]}, and whether the region is enabled in the account: newer ones are not by themselves."
)
_EXPIRED = "The session has expired: sign in again (cluster_profile, AWS_PROFILE)."
_IMAGE = "Check image (cluster_image): the id of an image of this region, or ssm: and the path of a parameter."
_SUBNET = "Check subnet_id (cluster_subnet_id): a subnet of this region and account."
_CLOCK = "Set this machine's clock: AWS refuses what is signed minutes off."
_ENDPOINT = (
    "Check the region (cluster_region, AWS_REGION), the profile's endpoint, and this machine's way to the Internet."
)
_NEW_ACCOUNT = "AWS has not let this account run instances yet, or not any more: see its mails, or ask its support."
_FREE_PLAN = (
    "The account is on AWS's free plan, which runs few types: take one of these, such as m7i-flex.large "
    "(cluster_instance_type), or leave the plan."
)
HINTS = {
    "NoSuchBucket": "Check the bucket's name and region.",
    "OperationAborted": (
        "A bucket of this name was removed or made a moment ago: run the same command again later, up to an hour, or take "
        "another bucket (job_bucket)."
    ),
    **dict.fromkeys(
        ("InsufficientInstanceCapacity", "InsufficientHostCapacity", "UnfulfillableCapacity", "Unsupported"), _CAPACITY
    ),
    "InsufficientFreeAddressesInSubnet": "Take a larger subnet (cluster_subnet_id) or fewer workers (cluster_workers).",
    **dict.fromkeys(("VcpuLimitExceeded", "InstanceLimitExceeded", "VolumeLimitExceeded"), _QUOTA),
    **dict.fromkeys(THROTTLED, _THROTTLED),
    **dict.fromkeys(denials.CODES, denials.hint(denials.Denial(None, None, None))),
    **dict.fromkeys(
        (
            "IncompleteSignature",
            "InvalidAccessKeyId",
            "InvalidSecurity",
            "InvalidToken",
            "SignatureDoesNotMatch",
        ),
        CREDENTIALS,
    ),
    **dict.fromkeys(("AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"), _UNKNOWN_HERE),
    **dict.fromkeys(("PendingVerification", "Blocked"), _NEW_ACCOUNT),
    **dict.fromkeys(
        (
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "SSOTokenLoadError",
            "TokenRefreshRequired",
            "TokenRetrievalError",
            "UnauthorizedSSOTokenError",
        ),
        _EXPIRED,
    ),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestInTheFuture"), _CLOCK),
    **dict.fromkeys(
        (
            "InvalidAMIID.Malformed",
            "InvalidAMIID.NotFound",
            "InvalidAMIID.Unavailable",
            "ParameterNotFound",
            "ParameterVersionNotFound",
        ),
        _IMAGE,
    ),
    **dict.fromkeys(("InvalidSubnetID.NotFound", "InvalidSubnetId.Malformed", "InvalidSubnetID.Malformed"), _SUBNET),
    **dict.fromkeys(("ConnectTimeoutError", "EndpointConnectionError", "InvalidRegionError"), _ENDPOINT),
    "SecurityGroupsPerInterfaceLimitExceeded": (
        "An interface is in 5 security groups at most unless AWS allows more, the cluster's among them: "
        "name fewer (cluster_security_group_ids), or have that quota raised."
    ),
    "OperationNotPermitted": "If termination protection is on, lift it on the instances first.",
    "OptInRequired": "Subscribe to the image or service in this account first.",
}


class AwsError(OhmyError):
    """A refused or failed API call; ``code`` is AWS's own error code, or the class of a local failure.

    ``denial`` is what AWS's words say of a refusal.
    """

    denial = denials.Denial(None, None, None)

    def __init__(self, message: str, code: str, hint: str = "") -> None:
        super().__init__(message, hint, aws_code=code)
        self.code = code


def translate(what: str, exc: Exception) -> AwsError:
    """Make an AwsError of a boto error; ``what`` says what was tried, as an infinitive ("import key pair x")."""
    if isinstance(exc, ClientError):
        error = exc.response.get("Error", {})
        code = str(error.get("Code", "Unknown"))
        told = denials.shortened(str(error.get("Message", "")))
        text = f"Could not {what}: {code}: {told}".rstrip(": .\n")
        hint = _FREE_PLAN if "Free Tier" in told else HINTS.get(code, "")
        found = AwsError(f"{text}.", code, hint)
        if code in denials.CODES:
            denial = denials.read(told, exc.operation_name, code == "UnauthorizedOperation")
            found = AwsError(f"{text}.", code, denials.hint(denial))
            found.denial = denial
        return found
    code = type(exc).__name__
    hint = HINTS.get(code, CREDENTIALS if "Credential" in code or "Profile" in code else "")
    return AwsError(f"Could not {what}: {code}: {str(exc).rstrip('.')}.", code, hint)


def call(what: str, operation: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
    """Make one API call and return its answer; raise AwsError that says ``what`` was tried."""
    try:
        return operation(**arguments)
    except (ClientError, BotoCoreError) as exc:
        raise translate(what, exc) from exc


def with_hint(exc: AwsError, codes: t.Container[str], hint: str) -> AwsError:
    """Return the error with another hint where its code is one of these: the caller knows what was asked for."""
    return AwsError(exc.message, exc.code, hint) if exc.code in codes else exc


def call_or_none(what: str, operation: t.Callable[..., t.Any], **arguments: t.Any) -> t.Any:
    """Make one API call and return its answer, or None where the object does not exist."""
    try:
        return call(what, operation, **arguments)
    except AwsError as exc:
        if exc.code in GONE:
            return None
        raise


def in_use(exc: AwsError) -> bool:
    """Tell whether something cannot be removed yet, as something else uses it; of interfaces only the words tell it."""
    return exc.code in IN_USE or (exc.code == "InvalidParameterValue" and "currently in use" in exc.message)


def pages(what: str, client: t.Any, operation: str, key: str, **arguments: t.Any) -> list[t.Any]:
    """Return the items under ``key`` of all pages of one paginated call."""
    try:
        found: list[t.Any] = []
        for page in client.get_paginator(operation).paginate(**arguments):
            found.extend(page.get(key) or [])
        return found
    except (ClientError, BotoCoreError) as exc:
        raise translate(what, exc) from exc


def many(what: str, client: t.Any, operation: str, key: str, **arguments: t.Any) -> list[t.Any]:
    """Return the items of what grows with a cluster, as ``pages`` does.

    AWS advises against asking for all of it at once, and gives a thousand at most.
    """
    return pages(what, client, operation, key, PaginationConfig={"PageSize": 1000}, **arguments)
