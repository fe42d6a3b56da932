# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's front door: signatures, permissions and EC2's rules, before moto sees a request."""

from __future__ import annotations

import dataclasses
import datetime
import io
import logging
import re
import time
import typing as t
import urllib.parse

from . import auth, authorize, policy, strict
from .backends import Account
from .callers import Principal, principal
from .faults import Fault, status_of
from .limits import Limits
from .look import AccountLook
from .paths import ZONE
from .reconciler import Reconciler
from .resources import Resources
from .spoil import spoil
from .wire import STATUS, Application, Environ, StartResponse, error_body, headers_of, hold_body

LOG = logging.getLogger("localcloud")
HELD_BYTES = 8 * 1024 * 1024


class FrontDoor:
    """The WSGI application in front of moto."""

    def __init__(
        self, moto: Application, account: Account, reconciler: Reconciler, limits: Limits | None = None
    ) -> None:
        self._moto, self._account, self._reconciler, self._faults = moto, account, reconciler, reconciler.faults
        self._delays = reconciler.delays
        self._look = AccountLook(account, self._delays.profile, reconciler.instances_max)
        self._tokens = strict.Tokens()
        self._things, self._limits = Resources(account), limits

    def __call__(self, environ: Environ, start_response: StartResponse) -> t.Iterable[bytes]:
        """Answer one request, or spoil its answer as the plan of faults says."""
        met: list[tuple[Fault, str]] = []
        answer: list[t.Any] = []
        chunks = self._serve(environ, lambda *arguments: answer.extend(arguments[:2]), met)
        if met:
            return spoil(self._faults, self._account, environ, start_response, met[0], answer, chunks)
        start_response(*answer)
        return chunks

    def _serve(
        self, environ: Environ, start_response: StartResponse, met: list[tuple[Fault, str]]
    ) -> t.Iterable[bytes]:
        """Answer one request; put the fault that it meets after its effect into ``met``."""
        service = "s3"
        try:
            uri = environ.get("RAW_URI") or environ.get("REQUEST_URI") or "/"
            raw_path, _, raw_query = uri.partition("?")
            request = auth.Request(environ["REQUEST_METHOD"], raw_path, raw_query, headers_of(environ))
            made = auth.claim(request)
            service = made.service
            now = datetime.datetime.now(datetime.timezone.utc)
            auth.check_time(made, now)
            who = principal(self._account, made, now)
            body = hold_body(environ, HELD_BYTES if service == "s3" else None)
            auth.verify(request, made, who.secret, body)
            time.sleep(self._delays.s3 if service == "s3" else self._delays.api)
            if service == "s3":
                return self._s3(environ, start_response, request, who, body, met)
            return self._query(environ, start_response, made, who, body or b"", met)
        except (auth.AuthError, strict.Ec2Error) as error:
            LOG.info("%s %s: %s", service, error.code, error.message)
            return self._refuse(environ, start_response, service, error.code, error.message, error.status)
        except Exception:  # the caller is to see an error of the service, not a web server's page
            LOG.exception("%s %s", service, environ.get("PATH_INFO"))
            return self._refuse(environ, start_response, service, "InternalError", "See the server's log.", 500)

    def _refuse(
        self, environ: Environ, start_response: StartResponse, service: str, code: str, message: str, status: int
    ) -> list[bytes]:
        left = int(environ.get("CONTENT_LENGTH") or 0)
        while left > 0:  # a client that is still sending would see a reset, not the answer
            piece = environ["wsgi.input"].read(min(left, 1 << 20))
            left = left - len(piece) if piece else 0
        kind, body = error_body(service, code, message, environ.get("CONTENT_TYPE", ""))
        head = environ["REQUEST_METHOD"] == "HEAD"
        start_response(
            STATUS.get(status, f"{status} Error"), [("Content-Type", kind), ("Content-Length", str(len(body)))]
        )
        return [] if head else [body]

    # S3

    def _s3(
        self,
        environ: Environ,
        start_response: StartResponse,
        request: auth.Request,
        who: Principal,
        body: bytes | None,
        met: list[tuple[Fault, str]],
    ) -> t.Iterable[bytes]:
        if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            environ["CONTENT_TYPE"] = "binary/octet-stream"  # moto would take an object's bytes for a form
        query = dict(urllib.parse.parse_qsl(request.raw_query, keep_blank_values=True))
        path = urllib.parse.unquote(request.raw_path)
        source = request.headers.get("x-amz-copy-source")
        own = self._account.bucket_policy(path.split("/")[1]) if "policy" not in query else None
        accesses = policy.s3_accesses(request.method, path, query, source, body)
        self._meet_fault([(access.action, {"Resource": access.resource}) for access in accesses], met)
        for access in accesses:
            if not self._may(who, access, own):
                LOG.info("s3 denied %s %s to %s", access.action, access.resource, who.name)
                raise auth.AuthError("AccessDenied", "Access Denied")
        if who.administrator:
            return self._moto(environ, start_response)
        may_list = policy.allowed(who.policies, policy.Access("s3:ListBucket", f"arn:aws:s3:::{path.split('/')[1]}"))
        if may_list or request.method not in ("GET", "HEAD"):
            return self._moto(environ, start_response)
        answer: list[t.Any] = []
        chunks = self._moto(environ, lambda *arguments: answer.extend(arguments[:2]))
        if answer[0].startswith("404"):  # S3 tells who may not list nothing about what is not there
            raise auth.AuthError("AccessDenied", "Access Denied")
        start_response(*answer)
        return chunks

    @staticmethod
    def _may(who: Principal, access: policy.Access, own: t.Mapping[str, t.Any] | None) -> bool:
        """Tell whether a caller may do something with S3: by its own policies, and by the bucket's."""
        # What stands for AWS's endpoint stands for TLS, too.
        access = dataclasses.replace(access, context={**access.context, "aws:SecureTransport": "true"})
        here = policy.verdict([own], access, names=who.names) if own is not None else None
        there = True if who.administrator else policy.verdict(who.policies, access)
        return False not in (here, there) and True in (here, there)

    def _meet_fault(self, asked: t.Sequence[tuple[str, t.Mapping[str, str]]], met: list[tuple[Fault, str]]) -> None:
        fault = self._faults.meet(asked)
        if fault is None:
            return
        if fault["how"] == "refused":
            self._faults.note(fault, asked[0][0])
            raise auth.AuthError(fault["code"], fault["message"], status_of(fault["code"]))
        met.append((fault, asked[0][0]))

    # All others: the action is in the form or in a header

    def _query(
        self,
        environ: Environ,
        start_response: StartResponse,
        made: auth.Claim,
        who: Principal,
        body: bytes,
        met: list[tuple[Fault, str]],
    ) -> t.Iterable[bytes]:
        form: strict.Form = {}
        if "json" in environ.get("CONTENT_TYPE", ""):
            action = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        else:
            form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
            action = form.get("Action", "")
        if self._limits is not None and made.service == "ec2":
            self._limits.require(action, form)
        subnet = form.get("SubnetId") or form.get("NetworkInterface.1.SubnetId", "")
        zone = self._account.zone_of(subnet) if subnet else form.get("Placement.AvailabilityZone", ZONE)
        known = {"Zone": zone} if action == "RunInstances" else {}
        # A dry run meets what is asked for by name: DryRun:ec2:RunInstances.
        dry = "DryRun:" if form.get("DryRun", "").lower() == "true" else ""
        self._meet_fault([(f"{dry}{made.service}:{action}", {**form, **known})], met)
        with self._account.lock:
            authorize.require(who, made.service, action, form, body, self._things, self._look)
        if made.service != "ec2":
            return self._moto(environ, start_response)
        with self._account.lock:
            return self._ec2(environ, start_response, action, form, made.region)

    def _ec2(
        self, environ: Environ, start_response: StartResponse, action: str, form: strict.Form, region: str
    ) -> list[bytes]:
        began = time.monotonic()
        if action == "RunInstances":
            before = self._tokens.known(form)
            if before is not None:
                return self._replay(environ, start_response, before)
        checked = strict.check(action, form, self._look, region)
        status, headers, body = self._call(environ, checked)
        if not action.startswith("Describe"):
            launched = self._after(action, form) if status.startswith("200") else []
            self._reconciler.scan()
            LOG.info("ec2 %s %s %.3f s", action, status[:3], time.monotonic() - began)
            if launched:  # moto's answer is older than what was done since
                return self._replay(environ, start_response, launched)
        start_response(status, headers)
        return [body]

    def _call(self, environ: Environ, form: strict.Form) -> tuple[str, list[tuple[str, str]], bytes]:
        body = urllib.parse.urlencode(form).encode()
        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        answer: list[t.Any] = []
        chunks = b"".join(self._moto(environ, lambda *arguments: answer.extend(arguments[:2])))
        return answer[0], answer[1], chunks

    def _after(self, action: str, form: strict.Form) -> list[str]:
        """Do what moto leaves out; return the ids of launched instances."""
        if action == "RebootInstances":
            self._reconciler.reboot(strict.members(form, "InstanceId"))
        if action != "RunInstances":
            return []
        reservation = list(self._account.ec2.reservations.values())[-1]
        name, arn = form.get("IamInstanceProfile.Name"), form.get("IamInstanceProfile.Arn")
        for instance in reservation.instances:
            for nic in instance.nics.values():
                nic.delete_on_termination = True
            if not instance.security_groups:  # given with the network interface
                instance.security_groups = self._account.groups_of(instance)
            if (name or arn) and self._account.profile_of(instance) is None:  # moto gives it to the first one only
                self._account.ec2.associate_iam_instance_profile(instance.id, name, arn)
        launched = [instance.id for instance in reservation.instances]
        self._account.hide(launched, self._delays.visible)
        self._tokens.remember(form, launched)
        return launched

    def _replay(self, environ: Environ, start_response: StartResponse, ids: list[str]) -> list[bytes]:
        form = {"Action": "DescribeInstances", "Version": "2016-11-15"}
        form.update({f"InstanceId.{index + 1}": instance_id for index, instance_id in enumerate(ids)})
        with self._account.seeing_all():
            status, headers, body = self._call(environ, form)
        found = re.search(rb"<reservationSet>\s*<item>(.*)</item>\s*</reservationSet>", body, re.S)
        if found is not None:
            head = b'<RunInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>0</requestId>'
            body = head + found.group(1) + b"</RunInstancesResponse>"
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]
