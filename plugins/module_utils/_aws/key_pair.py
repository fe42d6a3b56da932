# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The SSH key: the user's own or one made once, and its public half in EC2, brought there or there before."""

from __future__ import annotations

import os
import subprocess
import typing as t
from dataclasses import dataclass

from .._core.errors import OhmyError
from . import errors, tags

# The form of a key, to ask about one that is not made yet.
SAMPLE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43
# What EC2 imports: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportKeyPair.html.
TYPES = ("ssh-ed25519", "ssh-rsa")
OWN_KEYS = ("id_ed25519", "id_rsa")
_OTHER = (
    "Set cluster_public_key to the file of its public half, with the private half beside it; "
    "ssh-keygen -y -f KEY.pem > KEY.pem.pub makes that file."
)


@dataclass(frozen=True)
class LocalKey:
    """A key on the controller: ``material`` is ``<type> <base64>``; ``private`` is None where only an agent has it."""

    material: str
    private: str | None
    to_make: bool = False


@dataclass(frozen=True)
class KeyPair:
    """A key pair in EC2: ``material`` is "" where EC2 does not tell it, ``owner`` the cluster that it was made for, or ""."""

    name: str
    material: str
    owner: str = ""


def pair_name(cluster: str) -> str:
    """Return the name of a cluster's key pair."""
    return f"ohmy-{cluster}"


def material(text: str) -> str:
    """Return type and base64 of a public key line, without its comment."""
    parts = text.split()
    if len(parts) < 2 or not parts[0].startswith(("ssh-", "ecdsa-")):
        raise OhmyError(
            "That is no public key in OpenSSH's format.",
            "Name the .pub file, whose one line begins with its type, such as ssh-ed25519.",
        )
    return " ".join(parts[:2])


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as stream:
            return material(stream.read())
    except OSError as exc:
        raise OhmyError(
            f"public_key: {path} cannot be read: {exc.strerror}.", "Give the path of a .pub file (cluster_public_key)."
        ) from exc
    except OhmyError as exc:
        raise OhmyError(
            f"public_key: {path} holds no public key.", "Give the path of a .pub file (cluster_public_key)."
        ) from exc


def _opens(private: str, wanted: str) -> bool:
    """Tell whether the private key opens without a passphrase and belongs to the public one."""
    argv = ["ssh-keygen", "-y", "-P", "", "-f", private]
    try:
        answer = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and " ".join(answer.stdout.split()[:2]) == wanted


def generated_path() -> str:
    """Return where the key lies that is made for those who have none."""
    base = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(base, "ohmy.hadoop", "id_ed25519")


def _own_paths() -> list[str]:
    return [os.path.expanduser(f"~/.ssh/{name}") for name in OWN_KEYS]


def _own() -> t.Iterator[LocalKey]:
    """Return the user's own keys that open by themselves, then the generated one."""
    for private in _own_paths():
        if os.path.exists(private) and os.path.exists(f"{private}.pub"):
            found = _read(f"{private}.pub")
            if _opens(private, found):
                yield LocalKey(found, private)
    private = generated_path()
    if os.path.exists(private) and os.path.exists(f"{private}.pub"):
        yield LocalKey(_read(f"{private}.pub"), private)


def find(public_key: str | None, prefer: str = "") -> LocalKey:
    """Return the key to use, reads only: the given one, the user's own that opens by itself, or the generated one.

    :param prefer: the material that is taken first among the user's own and the generated one.
    """
    if public_key is not None:
        path = os.path.expanduser(public_key)
        private = path[: -len(".pub")] if path.endswith(".pub") else path
        found = _read(path)
        there = private != path and os.path.exists(private)
        # An agent may hold what cannot be opened here.
        if not os.environ.get("SSH_AUTH_SOCK") and not (there and _opens(private, found)):
            raise OhmyError(
                f"public_key: the private half of {path} is not beside it, or wants a passphrase, and no agent runs.",
                "Put it there, or start ssh-agent and ssh-add it.",
            )
        return LocalKey(found, private if there else None)
    first: LocalKey | None = None
    for one in _own():
        if prefer in ("", one.material):
            return one
        first = first or one
    return first or LocalKey("", generated_path(), to_make=True)


def require_type(key: LocalKey, public_key: str | None) -> None:
    """Raise OhmyError for a given key that EC2 would not import."""
    kind = key.material.partition(" ")[0]
    if public_key is not None and kind not in TYPES:
        hint = "Give a key of the type ED25519 or RSA (cluster_public_key), or leave it out."
        raise OhmyError(f"public_key: {public_key} is of the type {kind}, which EC2 does not take.", hint)


def of_pair(pair: KeyPair, public_key: str | None) -> LocalKey:
    """Return the key that belongs to a pair of the user's own; raise OhmyError where it is not on this machine."""
    key = find(public_key, pair.material)
    if key.to_make:
        raise OhmyError(f"This machine has no SSH key that could be that of key pair {pair.name}.", _OTHER)
    if pair.material and key.material != pair.material:
        tried = [public_key] if public_key is not None else [f"{one.private}.pub" for one in _own()]
        raise OhmyError(f"Key pair {pair.name} has another public half than {', '.join(tried)}.", _OTHER)
    return key


def lost(cluster: str, wanted: str, public_key: str | None = None) -> OhmyError:
    """Return the error of a cluster whose key is not the one that was found here: it names what is missing.

    :param wanted: the public half that the cluster was launched with, "" where that is not known.
    """
    hint = "{}; or set cluster_public_key to the key it was launched with. Without that key terminate it and launch it anew."
    if public_key is not None:
        what = f"Cluster {cluster} was launched with another SSH key than {public_key}."
        return OhmyError(what, hint.format("Leave cluster_public_key out"))
    made = generated_path()
    for private in [*_own_paths(), made]:
        try:
            same = wanted != "" and _read(f"{private}.pub") == wanted
        except OhmyError:
            continue
        if same and not os.path.exists(private):
            what = f"{private} is missing, the private half of the SSH key that cluster {cluster} was launched with."
            return OhmyError(what, hint.format("Put it back"))
        if same:
            what = f"{private}, the SSH key that cluster {cluster} was launched with, does not open by itself."
            return OhmyError(what, f"Set cluster_public_key to {private}.pub, and ssh-add the key to an agent.")
    missing = f"{made} is missing" if not os.path.exists(made) else f"{made} is another"
    what = f"The SSH key that cluster {cluster} was launched with is not here: none of ~/.ssh is it, and {missing}."
    return OhmyError(what, hint.format("Put both of its files back"))


def make(key: LocalKey) -> LocalKey:
    """Make the ED25519 pair that ``find`` said is to be made; 0600 in a folder of 0700."""
    path = key.private or generated_path()
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ohmy.hadoop", "-f", path]
    try:
        answer = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise OhmyError(f"ssh-keygen could not be run: {exc}.", "Install the OpenSSH client, or set a key.") from exc
    if answer.returncode != 0:
        raise OhmyError(
            f"ssh-keygen could not make {path}: {answer.stderr.strip()[-300:]}.",
            "See whether the folder may be written, or set a key.",
        )
    return LocalKey(_read(f"{path}.pub"), path)


def _from_api(raw: dict[str, t.Any]) -> KeyPair:
    marks = tags.as_dict(raw.get("Tags"))
    owner = marks.get(tags.CLUSTER, "")
    try:
        public = material(raw.get("PublicKey") or "")
    except OhmyError:
        public = ""
    return KeyPair(raw["KeyName"], public, owner if tags.is_ours(marks, owner) else "")


def described(ec2: t.Any, names: t.Iterable[str]) -> dict[str, KeyPair]:
    """Return those of the key pairs that there are, by name, in one call."""
    wanted = list(dict.fromkeys(names))
    only = [{"Name": "key-name", "Values": wanted}]
    what = f"describe key pair {', '.join(wanted)}"
    answer = errors.call(what, ec2.describe_key_pairs, Filters=only, IncludePublicKey=True)
    # A name may hold what is a wildcard in a filter.
    return {raw["KeyName"]: _from_api(raw) for raw in answer["KeyPairs"] if raw["KeyName"] in wanted}


def observe(ec2: t.Any, cluster: str) -> KeyPair | None:
    """Return the key pair of the cluster's name, or None."""
    return described(ec2, [pair_name(cluster)]).get(pair_name(cluster))


def given(wanted: str | None, own: str, standing: t.Sequence[str], known: t.Mapping[str, KeyPair]) -> KeyPair | None:
    """Return the pair of the user's own to launch with: that which is wanted, or else the first of what stands.

    None where that is ``own``, the cluster's. Raise OhmyError where the wanted one is not there, or is a cluster's.
    """
    name = wanted or next(iter(standing), own)
    if wanted is None and name == own:
        return None
    pair = known.get(name)
    if pair is None:
        if wanted is None:  # what stands goes on without it
            return KeyPair(name, "")
        hint = "Check cluster_key_name and cluster_region, or leave cluster_key_name out, so that a key is imported."
        raise OhmyError(f"There is no key pair {name} in this region.", hint)
    if pair.owner:
        hint = "Name a key pair of your own (cluster_key_name), or leave it out."
        raise OhmyError(f"Key pair {name} was made for cluster {pair.owner} and goes with it.", hint)
    return pair


def materials(ec2: t.Any, names: t.Mapping[str, str], imported: bool = False) -> dict[str, str]:
    """Return the public halves of the users' own pairs among these, by cluster; no call where there are none of these.

    :param names: cluster to the name of the pair that it was launched with.
    :param imported: those that were imported for a cluster too.
    """
    theirs = {one: name for one, name in names.items() if name and (imported or name != pair_name(one))}
    try:
        found = described(ec2, theirs.values()) if theirs else {}
    except errors.AwsError:  # it only tells which of several keys to log in with
        found = {}
    return {cluster: found[name].material for cluster, name in theirs.items() if name in found}


def request(cluster: str, public: str, own: dict[str, str]) -> dict[str, t.Any]:
    """Return the parameters of the call that imports a public half, tagged."""
    marks = [tags.specification("key-pair", own)]
    return {"KeyName": pair_name(cluster), "PublicKeyMaterial": public.encode(), "TagSpecifications": marks}


def bring(ec2: t.Any, cluster: str, key: LocalKey, own: dict[str, str]) -> None:
    """Import the public half, tagged."""
    wanted = request(cluster, key.material, own)
    name = wanted["KeyName"]
    try:
        errors.call(f"import key pair {name}", ec2.import_key_pair, **wanted)
    except errors.AwsError as exc:
        # The answer may have been lost, and the SDK have asked again.
        if exc.code != "InvalidKeyPair.Duplicate" or observe(ec2, cluster) != KeyPair(name, key.material, cluster):
            raise


def delete(ec2: t.Any, name: str) -> None:
    """Delete the key pair; one that is gone already is fine."""
    errors.call_or_none(f"delete key pair {name}", ec2.delete_key_pair, KeyName=name)
