# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who makes a request, and what its policies allow."""

from __future__ import annotations

import dataclasses
import datetime
import json
import typing as t

from . import auth
from .backends import Account


@dataclasses.dataclass(frozen=True)
class Principal:
    """Who makes a request."""

    name: str
    secret: str
    policies: tuple[t.Mapping[str, t.Any], ...]
    administrator: bool = False
    role: str = ""

    @property
    def names(self) -> set[str]:
        """Return the ARNs that a bucket's policy may name it by."""
        return {self.name, self.role} - {""}


def principal(account: Account, made: auth.Claim, now: datetime.datetime) -> Principal:
    """Return the owner of an access key: a user, or a role by temporary keys; raise AuthError for an unknown one."""
    for session in reversed(account.sts.assumed_roles):
        if session.access_key_id == made.access_key:
            if made.token != session.session_token:
                raise auth.AuthError("InvalidToken", "The provided token is malformed or otherwise invalid.", 400)
            if now.replace(tzinfo=None) >= session.expiration.replace(tzinfo=None):
                raise auth.AuthError("ExpiredToken", "The provided token has expired.", 400)
            policies = role_policies(account, session.role_arn)
            return Principal(session.arn, session.secret_access_key, policies, role=session.role_arn)
    key = account.iam.access_keys.get(made.access_key)
    if key is None or key.status != "Active" or key.user_name not in account.iam.users:
        code = "InvalidAccessKeyId" if made.service == "s3" else "InvalidClientTokenId"
        raise auth.AuthError(code, "The security token included in the request is invalid.")
    user = account.iam.users[key.user_name]
    documents = [user.policies[name] for name in user.policies]
    documents += [policy_document(attached) for attached in user.managed_policies.values()]
    own = tuple(json.loads(document) for document in documents)
    return Principal(user.arn, key.secret_access_key, own, user.name == "admin")


def role_policies(account: Account, role_arn: str) -> tuple[t.Mapping[str, t.Any], ...]:
    """Return the policies of a role; a role that is gone has none."""
    role = next((role for role in account.iam.get_roles() if role.arn == role_arn), None)
    if role is None:
        return ()
    documents = [*role.policies.values(), *(policy_document(attached) for attached in role.managed_policies.values())]
    return tuple(json.loads(document) for document in documents)


def policy_document(managed: t.Any) -> str:
    """Return the document of a managed policy's default version."""
    return str(next(version.document for version in managed.versions if version.is_default))
