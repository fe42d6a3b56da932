# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2 rules that AWS has and moto has not. Pure but for the looks at the account that callers pass in."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import typing as t

from .paths import REGION

USER_DATA_BYTES = 16384
#: Live instances that one machine is asked to carry at most.
INSTANCES_MAX = 32
Form = dict[str, str]


class Ec2Error(Exception):
    """An error as EC2 answers it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Look(t.Protocol):
    """What the rules need to know of the account."""

    def image_exists(self, image_id: str) -> bool: ...
    def key_exists(self, name: str) -> bool: ...
    def profile_exists(self, name: str | None, arn: str | None) -> bool: ...
    def default_subnet(self, zone: str | None) -> str | None: ...
    def default_group(self, subnet_id: str) -> str | None: ...
    def subnet_reachable(self, subnet_id: str) -> bool: ...
    def subnet_room(self, subnet_id: str) -> int | None: ...
    def type_exists(self, name: str) -> bool: ...
    def instance_state(self, instance_id: str) -> str | None: ...
    def live_instances(self) -> int: ...
    def instances_max(self) -> int: ...
    def group_users(self, group_id: str | None, name: str | None) -> list[str]: ...


def members(form: Form, prefix: str) -> list[str]:
    """Return the values of a list parameter such as InstanceId.1, in order."""
    found = [
        (int(key[len(prefix) + 1 :]), value) for key, value in form.items() if re.fullmatch(rf"{prefix}\.\d+", key)
    ]
    return [value for _index, value in sorted(found)]


def run_instances(form: Form, look: Look) -> Form:
    """Check a RunInstances request; return it completed with what AWS's defaults are and moto's are not."""
    image_id = form.get("ImageId", "")
    if not look.image_exists(image_id):
        raise Ec2Error("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
    if form.get("KeyName") and not look.key_exists(form["KeyName"]):
        raise Ec2Error("InvalidKeyPair.NotFound", f"The key pair '{form['KeyName']}' does not exist")
    if not look.type_exists(form.get("InstanceType", "m1.small")):
        raise Ec2Error("InvalidParameterValue", f"Invalid value '{form['InstanceType']}' for InstanceType.")
    check_profile(form, look)
    check_public_address(form)
    check_user_data(form)
    done = dict(form)
    low, high = int(form.get("MinCount", 1)), int(form.get("MaxCount", form.get("MinCount", 1)))
    if low < 1 or high < low:
        raise Ec2Error("InvalidParameterValue", f"Invalid value '{high}' for MaxCount: it is below MinCount or 1.")
    most = look.instances_max()
    room = most - look.live_instances()
    if room < low:
        message = f"You have requested more instances ({low}) than your current instance limit of {most} allows."
        raise Ec2Error("InstanceLimitExceeded", message)
    placed = place(done, look)
    subnet = placed.get("SubnetId") or placed.get("NetworkInterface.1.SubnetId", "")
    free = look.subnet_room(subnet)
    if free is not None and free < low:
        message = (
            f"There are not enough free addresses in subnet '{subnet}' to satisfy the requested number of instances."
        )
        raise Ec2Error("InsufficientFreeAddressesInSubnet", message)
    most = min(high, room) if free is None else min(high, room, free)
    placed["MinCount"] = placed["MaxCount"] = str(most)  # moto launches MinCount, AWS as many as it can
    return placed


def check_profile(form: Form, look: Look) -> None:
    """Refuse an instance profile that does not exist."""
    for field in ("Name", "Arn"):
        value = form.get(f"IamInstanceProfile.{field}")
        if value and not look.profile_exists(value if field == "Name" else None, value if field == "Arn" else None):
            what = f"iamInstanceProfile.{field.lower()}"
            text = "Invalid IAM Instance Profile " + ("name" if field == "Name" else "ARN")
            raise Ec2Error("InvalidParameterValue", f"Value ({value}) for parameter {what} is invalid. {text}")


def check_public_address(form: Form) -> None:
    """Refuse a public address: there is none to give here."""
    for key, value in form.items():
        if key.endswith("AssociatePublicIpAddress") and value.lower() == "true":
            raise Ec2Error("Unsupported", "This cloud has no public addresses: AssociatePublicIpAddress must be false.")


def check_user_data(form: Form) -> None:
    """Refuse user data above EC2's limit."""
    try:
        size = len(base64.b64decode(form.get("UserData", ""), validate=False))
    except ValueError:
        raise Ec2Error("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.") from None
    if size > USER_DATA_BYTES:
        raise Ec2Error("InvalidParameterValue", f"User data is limited to {USER_DATA_BYTES} bytes")


def check_key(form: Form) -> None:
    """Refuse a public key that is neither ED25519 nor RSA."""
    try:
        text = base64.b64decode(form.get("PublicKeyMaterial", ""))
    except ValueError:
        text = b""
    if not text.startswith((b"ssh-ed25519 ", b"ssh-rsa ")):
        raise Ec2Error("InvalidKey.Format", "Key is not in valid OpenSSH public key format")


def place(form: Form, look: Look) -> Form:
    """Fill in the default subnet and the default group, as AWS does."""
    interface = "NetworkInterface.1."
    own = any(key.startswith(interface) for key in form)
    subnet_key = f"{interface}SubnetId" if own else "SubnetId"
    if subnet_key not in form and f"{interface}NetworkInterfaceId" not in form:
        zone = form.get("Placement.AvailabilityZone")
        subnet = look.default_subnet(zone)
        if subnet is None:
            raise Ec2Error("InvalidInput", f"No default subnet for availability zone: '{zone}'.")
        form[subnet_key] = subnet
    subnet = form.get(subnet_key)
    if subnet and not look.subnet_reachable(subnet):
        raise Ec2Error("Unsupported", f"This cloud runs instances in the default VPC only; {subnet} is not in it.")
    asked = members(form, "SecurityGroupId") + members(form, "SecurityGroup")
    asked += [value for key, value in form.items() if key.startswith(f"{interface}SecurityGroupId.")]
    if not asked and subnet:
        group = look.default_group(subnet)
        if group:
            form[f"{interface}SecurityGroupId.1" if own else "SecurityGroupId.1"] = group
    return form


#: The states from which an instance can be changed so.
LEGAL = {
    "StartInstances": ("stopped", "running", "pending"),
    "StopInstances": ("running", "stopped", "stopping", "pending"),
    "RebootInstances": ("running",),
}


def change_state(action: str, form: Form, look: Look) -> None:
    """Refuse to start, stop or reboot an instance in a state from which it cannot be."""
    for instance_id in members(form, "InstanceId"):
        state = look.instance_state(instance_id)
        if state is not None and state not in LEGAL[action]:
            verb = action[: -len("Instances")].lower()
            message = f"The instance '{instance_id}' is not in a state from which it can be {verb}ed: {state}."
            raise Ec2Error("IncorrectInstanceState", message)


def delete_security_group(form: Form, look: Look) -> None:
    """Refuse to delete a group that an instance or another group's rule uses."""
    users = look.group_users(form.get("GroupId"), form.get("GroupName"))
    if users:
        name = form.get("GroupId") or form.get("GroupName")
        raise Ec2Error("DependencyViolation", f"resource {name} has a dependent object")


REFUSED = {
    "AllocateAddress": "This cloud has no public addresses.",
    "AssociateAddress": "This cloud has no public addresses.",
    "RequestSpotInstances": "This cloud launches by RunInstances only.",
    "RequestSpotFleet": "This cloud launches by RunInstances only.",
    "CreateFleet": "This cloud launches by RunInstances only.",
}


def check(action: str, form: Form, look: Look, region: str) -> Form:
    """Check any EC2 request; return the form to pass on. Raises Ec2Error."""
    if action in REFUSED:
        raise Ec2Error("Unsupported", REFUSED[action])
    if action == "RunInstances":
        if region != REGION:
            raise Ec2Error("Unsupported", f"This cloud runs instances in {REGION} only.")
        return run_instances(form, look)
    if action == "ModifySubnetAttribute" and form.get("MapPublicIpOnLaunch.Value", "").lower() == "true":
        raise Ec2Error("Unsupported", "This cloud has no public addresses.")
    if action == "ImportKeyPair":
        check_key(form)
    if action == "DeleteSecurityGroup":
        delete_security_group(form, look)
    if action in LEGAL:
        change_state(action, form, look)
    return form


def fingerprint(form: Form) -> str:
    """Return a digest of a RunInstances request without its token."""
    parts = sorted((key, value) for key, value in form.items() if key not in ("ClientToken", "DryRun"))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class Tokens:
    """Client tokens: what was asked with them, and which instances came of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, list[str]]] = {}

    def known(self, form: Form) -> list[str] | None:
        """Return the instances that this very request launched before, or None; another one's token is an error."""
        token = form.get("ClientToken")
        with self._lock:
            before = self._known.get(token) if token else None
        if before is None:
            return None
        if before[0] != fingerprint(form):
            message = "The request uses the same client token as a previous, but non-identical request."
            raise Ec2Error("IdempotentParameterMismatch", message)
        return before[1]

    def remember(self, form: Form, instance_ids: list[str]) -> None:
        """Note what a request launched."""
        if form.get("ClientToken"):
            with self._lock:
                self._known[form["ClientToken"]] = (fingerprint(form), instance_ids)
