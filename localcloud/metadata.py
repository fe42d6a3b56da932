# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instance metadata service: who asks is known by the address, what it may ask by its token."""

from __future__ import annotations

import base64
import datetime
import json
import logging
import pathlib
import secrets
import socket
import threading
import time
import typing as t

from . import dns, spot
from .backends import Account, address_of
from .metadata_tree import Facts, identity_document, look_up, tree, trusts_ec2
from .paths import REGION

LOG = logging.getLogger("localcloud")
TTL_MAX = 21600
TTL_HEADER, TOKEN_HEADER = "HTTP_X_AWS_EC2_METADATA_TOKEN_TTL_SECONDS", "HTTP_X_AWS_EC2_METADATA_TOKEN"
SESSION_SECONDS = 6 * 3600
RENEW_SECONDS = 3600
VERSIONS = (
    "1.0",
    "2009-04-04",
    "2016-09-02",
    "2018-09-24",
    "2019-10-01",
    "2020-10-27",
    "2021-01-03",
    "2021-03-23",
    "latest",
)


class Refusal(Exception):
    """An HTTP status instead of an answer."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Metadata:
    """The WSGI application."""

    def __init__(self, account: Account, interruptions: pathlib.Path) -> None:
        self._account, self._interruptions = account, interruptions
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[str, float]] = {}
        self._sessions: dict[str, tuple[str, t.Any]] = {}

    def __call__(self, environ: dict[str, t.Any], start_response: t.Callable[..., t.Any]) -> list[bytes]:
        """Answer one request."""
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        extra: list[tuple[str, str]] = []
        try:
            instance = self._account.by_address(environ.get("REMOTE_ADDR", ""))
            if instance is None or instance.metadata_options.http_endpoint == "disabled":
                raise Refusal("403 Forbidden")
            if path == "/latest/api/token":
                body, ttl = self._new_token(environ, method, instance)
                extra = [("X-aws-ec2-metadata-token-ttl-seconds", str(ttl))]
            elif method not in ("GET", "HEAD"):
                raise Refusal("405 Method Not Allowed")
            else:
                self._check_token(environ, instance)
                body = self._answer(path, instance)
            status = "200 OK"
        except Refusal as refusal:
            status, body = refusal.status, refusal.status.encode()
        kind = "application/octet-stream" if path.endswith("user-data") else "text/plain"
        start_response(
            status, [("Content-Type", kind), ("Content-Length", str(len(body))), ("Server", "EC2ws"), *extra]
        )
        return [body] if method != "HEAD" else []

    def _new_token(self, environ: dict[str, t.Any], method: str, instance: t.Any) -> tuple[bytes, int]:
        if method != "PUT":
            raise Refusal("405 Method Not Allowed")
        if "HTTP_X_FORWARDED_FOR" in environ:
            raise Refusal("403 Forbidden")
        text = environ.get(TTL_HEADER, "")
        if not text.isdigit() or not 1 <= int(text) <= TTL_MAX:
            raise Refusal("400 Bad Request")
        connection = environ.get("werkzeug.socket")
        if connection is not None:
            hops = int(instance.metadata_options.http_put_response_hop_limit or 1)
            connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
        token = secrets.token_urlsafe(42)
        with self._lock:
            now = time.monotonic()
            self._tokens = {key: value for key, value in self._tokens.items() if value[1] > now}
            self._tokens[token] = (instance.id, now + int(text))
        return token.encode(), int(text)

    def _check_token(self, environ: dict[str, t.Any], instance: t.Any) -> None:
        token = environ.get(TOKEN_HEADER)
        if token is None:
            if instance.metadata_options.http_tokens == "required":
                raise Refusal("401 Unauthorized")
            return
        with self._lock:
            owner, until = self._tokens.get(token, ("", 0.0))
        if owner != instance.id or until <= time.monotonic():
            raise Refusal("401 Unauthorized")

    def _answer(self, path: str, instance: t.Any) -> bytes:
        version, _, rest = path.lstrip("/").partition("/")
        if not version:
            return "\n".join(VERSIONS).encode()
        if version not in VERSIONS:
            raise Refusal("404 Not Found")
        head, _, rest = rest.partition("/")
        if not head:
            return b"dynamic\nmeta-data\nuser-data" if instance.user_data else b"dynamic\nmeta-data"
        text: str | None = None
        if head == "user-data" and instance.user_data:
            return user_data(instance)
        if head == "meta-data":
            text = self._meta_data(rest, instance)
        elif head == "dynamic":
            document = json.dumps(identity_document(self._facts(instance)), indent=2)
            text = look_up({"instance-identity": {"document": document}}, rest)
        if text is None:
            raise Refusal("404 Not Found")
        return text.encode()

    def _meta_data(self, path: str, instance: t.Any) -> str | None:
        facts = self._facts(instance)
        root = tree(facts)
        profile, role = self._account.profile_of(instance), self._account.role_of(instance)
        if profile is not None:
            assumable = role is not None and trusts_ec2(role.assume_role_policy_document)
            now = timestamp(datetime.datetime.now(datetime.timezone.utc))
            info = {
                "Code": "Success" if assumable else "AssumeRoleUnauthorizedAccess",
                "LastUpdated": now,
                "InstanceProfileArn": profile.arn,
                "InstanceProfileId": profile.id,
            }
            root["iam"] = {"info": json.dumps(info, indent=2)}
            if role is not None and assumable:
                asked = path.strip("/") == f"iam/security-credentials/{role.name}"
                secret = json.dumps(self._credentials(instance, role), indent=2) if asked else ""
                root["iam"]["security-credentials"] = {role.name: secret}
        return look_up(root, path, facts.key[0] if facts.key else None)

    def _credentials(self, instance: t.Any, role: t.Any) -> dict[str, str]:
        """Return temporary keys of the role, renewed an hour before they end."""
        with self._lock:
            arn, session = self._sessions.get(instance.id, ("", None))
            soon = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
            soon += datetime.timedelta(seconds=RENEW_SECONDS)
            if session is None or arn != role.arn or session.expiration.replace(tzinfo=None) < soon:
                session = self._account.sts.assume_role(REGION, instance.id, role.arn, "", SESSION_SECONDS, "")
                self._sessions[instance.id] = (role.arn, session)
        made = session.expiration - datetime.timedelta(seconds=SESSION_SECONDS)
        return {
            "Code": "Success",
            "LastUpdated": timestamp(made),
            "Type": "AWS-HMAC",
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "Token": session.session_token,
            "Expiration": timestamp(session.expiration),
        }

    def _facts(self, instance: t.Any) -> Facts:
        ec2, nic = self._account.ec2, instance.nics[0]
        subnet, vpc = ec2.get_subnet(instance.subnet_id), ec2.get_vpc(instance.vpc_id)
        pair = ec2.key_pairs.get(instance.key_name) if instance.key_name else None
        reservation = next((r.id for r in ec2.reservations.values() if instance in r.instances), "r-0")
        return Facts(
            instance_id=instance.id,
            image_id=instance.image_id,
            instance_type=instance.instance_type,
            address=address_of(instance),
            mac=nic.mac_address,
            host_name=dns.host_name(address_of(instance)),
            zone=instance.availability_zone,
            launch_index=instance.ami_launch_index,
            reservation_id=reservation,
            groups=tuple((group.id, group.name) for group in self._account.groups_of(instance)),
            subnet_id=subnet.id,
            subnet_cidr=subnet.cidr_block,
            vpc_id=vpc.id,
            vpc_cidr=vpc.cidr_block,
            interface_id=nic.id,
            key=(pair.key_name, public_key(pair)) if pair is not None else None,
            life_cycle=spot.life_cycle(instance),
            notice=spot.notice(self._interruptions, instance),
        )


def timestamp(when: datetime.datetime) -> str:
    """Return a time as the metadata service writes it."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def user_data(instance: t.Any) -> bytes:
    """Return an instance's user data, decoded."""
    return base64.b64decode(str(instance.user_data))


def public_key(pair: t.Any) -> str:
    """Return a key pair's public half as OpenSSH writes it."""
    material = pair.material_public
    return material.decode() if isinstance(material, bytes) else str(material)
