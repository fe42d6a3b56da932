# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM policies: which S3 action a request is, and whether policies allow it."""

from __future__ import annotations

import dataclasses
import re
import typing as t
import urllib.parse
import xml.sax.saxutils

Statement = t.Mapping[str, t.Any]
#: Who a role's trust policy names where instances may have it.
EC2_SERVICE = "ec2.amazonaws.com"
QUOTES = {"&quot;": '"', "&apos;": "'"}


@dataclasses.dataclass(frozen=True)
class Access:
    """One action on one resource, with the condition keys of the request."""

    action: str
    resource: str = "*"
    context: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


BUCKET_GET = {
    "location": "GetBucketLocation",
    "uploads": "ListBucketMultipartUploads",
    "versions": "ListBucketVersions",
    "tagging": "GetBucketTagging",
    "versioning": "GetBucketVersioning",
    "policy": "GetBucketPolicy",
    "acl": "GetBucketAcl",
    "encryption": "GetEncryptionConfiguration",
    "lifecycle": "GetLifecycleConfiguration",
    "publicAccessBlock": "GetBucketPublicAccessBlock",
}
BUCKET_PUT = {
    "publicAccessBlock": "PutBucketPublicAccessBlock",
    "encryption": "PutEncryptionConfiguration",
    "lifecycle": "PutLifecycleConfiguration",
    "tagging": "PutBucketTagging",
    "ownershipControls": "PutBucketOwnershipControls",
    "policy": "PutBucketPolicy",
}
OBJECT = {
    ("GET", "tagging"): "GetObjectTagging",
    ("GET", "acl"): "GetObjectAcl",
    ("GET", "attributes"): "GetObjectAttributes",
    ("GET", "uploadId"): "ListMultipartUploadParts",
    ("PUT", "tagging"): "PutObjectTagging",
    ("PUT", "acl"): "PutObjectAcl",
    ("DELETE", "tagging"): "DeleteObjectTagging",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
}
OBJECT_PLAIN = {
    "GET": "GetObject",
    "HEAD": "GetObject",
    "PUT": "PutObject",
    "POST": "PutObject",
    "DELETE": "DeleteObject",
}


def s3_accesses(
    method: str, path: str, query: t.Mapping[str, str], copy_source: str | None = None, body: bytes | None = None
) -> list[Access]:
    """Return what an S3 request in path style does; all of it must be allowed.

    :param path: decoded. :param query: decoded. :param copy_source: the header of that name.
    :param body: of a request to delete several objects.
    """
    bucket, _, key = path.lstrip("/").partition("/")
    if not bucket:
        return [Access("s3:ListAllMyBuckets", "*")]
    arn = f"arn:aws:s3:::{bucket}"
    if not key:
        return bucket_accesses(method, arn, query, body)
    sub = next((name for (verb, name) in OBJECT if verb == method and name in query), None)
    name = OBJECT[(method, sub)] if sub else OBJECT_PLAIN.get(method, "Unknown")
    accesses = [Access(f"s3:{name}", f"{arn}/{key}")]
    if copy_source and method == "PUT":
        source = urllib.parse.unquote(copy_source).partition("?")[0].lstrip("/")
        accesses.append(Access("s3:GetObject", f"arn:aws:s3:::{source}"))
    return accesses


def bucket_accesses(method: str, arn: str, query: t.Mapping[str, str], body: bytes | None) -> list[Access]:
    """Return what a request to a bucket itself does."""
    if method in ("GET", "HEAD"):
        sub = next((name for name in BUCKET_GET if name in query), None)
        if sub is not None:
            return [Access(f"s3:{BUCKET_GET[sub]}", arn)]
        context = {f"s3:{name}": query[name] for name in ("prefix", "delimiter", "max-keys") if name in query}
        return [Access("s3:ListBucket", arn, context)]
    if method == "POST" and "delete" in query:
        keys = re.findall(rb"<Key>(.*?)</Key>", body or b"", re.S)
        names = [xml.sax.saxutils.unescape(key.decode(), QUOTES) for key in keys] or ["*"]
        return [Access("s3:DeleteObject", f"{arn}/{name}") for name in names]
    if not query:
        return [
            Access(
                f"s3:{'CreateBucket' if method == 'PUT' else 'DeleteBucket' if method == 'DELETE' else 'Unknown'}", arn
            )
        ]
    sub = next((name for name in BUCKET_PUT if name in query), None) if method == "PUT" else None
    return [Access(f"s3:{BUCKET_PUT[sub] if sub is not None else 'PutBucketConfiguration'}", arn)]


def listed(value: t.Any) -> list[t.Any]:
    """Return a list for a value that may be one item."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def like(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """Match IAM's wildcards: * and ? only, across slashes."""
    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, value, re.S | (re.I if ignore_case else 0)) is not None


def condition_holds(operator: str, key: str, wanted: list[str], context: t.Mapping[str, str]) -> bool:
    """Tell whether one condition holds; an operator that is not known here never does."""
    base, if_exists = (operator[:-8], True) if operator.endswith("IfExists") else (operator, False)
    present = {name.lower(): value for name, value in context.items()}
    value = present.get(key.lower())
    if base == "Null":
        return (value is None) == (str(wanted[0]).lower() == "true")
    if value is None:
        return if_exists or base in ("StringNotEquals", "StringNotLike")
    tests: dict[str, t.Callable[[], bool]] = {
        "StringEquals": lambda: value in wanted,
        "StringNotEquals": lambda: value not in wanted,
        "StringLike": lambda: any(like(pattern, value) for pattern in wanted),
        "StringNotLike": lambda: not any(like(pattern, value) for pattern in wanted),
        "Bool": lambda: value.lower() == str(wanted[0]).lower(),
    }
    return tests.get(base, lambda: False)()


def applies(statement: Statement, access: Access, any_resource: bool = False) -> bool:
    """Tell whether a statement speaks of an access."""
    action = access.action
    if "NotAction" in statement:
        if any(like(pattern, action, True) for pattern in listed(statement["NotAction"])):
            return False
    elif not any(like(pattern, action, True) for pattern in listed(statement.get("Action", []))):
        return False
    if not any_resource:
        if "NotResource" in statement:
            if any(like(pattern, access.resource) for pattern in listed(statement["NotResource"])):
                return False
        elif not any(like(pattern, access.resource) for pattern in listed(statement.get("Resource", []))):
            return False
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, wanted in keys.items():
            if not condition_holds(operator, key, [str(item) for item in listed(wanted)], access.context):
                # A denial whose condition cannot be judged here must not be lost.
                return statement.get("Effect") == "Deny" and any_resource
    return True


def verdict(
    policies: t.Iterable[t.Mapping[str, t.Any]],
    access: Access,
    any_resource: bool = False,
    names: t.Collection[str] | None = None,
) -> bool | None:
    """Return what policies say of an access: False for a denial, True for a permission, None for nothing.

    :param any_resource: leave resources out, where they cannot be told from the request.
    :param names: of a resource's own policy: the ARNs that the caller goes by.
    """
    found: bool | None = None
    for policy in policies:
        for statement in listed(policy.get("Statement", [])):
            if (names is None or speaks_of(statement, names)) and applies(statement, access, any_resource):
                if statement.get("Effect") == "Deny":
                    return False
                found = True
    return found


def allowed(policies: t.Iterable[t.Mapping[str, t.Any]], access: Access, any_resource: bool = False) -> bool:
    """Tell whether identity policies allow an access: some statement allows it and none denies it."""
    return verdict(policies, access, any_resource) is True


def speaks_of(statement: Statement, names: t.Collection[str]) -> bool:
    """Tell whether a statement of a resource's policy is about a caller: by ARN, by account, or about everybody."""
    exclude = "NotPrincipal" in statement
    given = statement.get("NotPrincipal" if exclude else "Principal", {})
    known = listed(given.get("AWS", []) if isinstance(given, dict) else given)
    accounts = {name.split(":")[4] for name in names}
    among = set(names) | accounts | {f"arn:aws:iam::{account}:root" for account in accounts} | {"*"}
    return any(one in among for one in known) != exclude
