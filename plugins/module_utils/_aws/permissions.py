# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Asking AWS whether a launch would be allowed, by calls that do nothing (``DryRun``)."""

from __future__ import annotations

import typing as t

from .._core.errors import OhmyError
from . import denials, errors

ALLOWED = "DryRunOperation"
# Things of the account's that stand in for the cluster's own while these are not made: a refusal of them proves nothing.
STAND_INS = ("security-group", "key-pair")
_MADE_WITH_THE_CLUSTER = ("SecurityGroupIds", "KeyName", "IamInstanceProfile")
Params = t.Mapping[str, t.Any]


def ask(what: str, operation: t.Callable[..., t.Any], stand_ins: t.Collection[str] = (), **arguments: t.Any) -> None:
    """Raise AwsError where a call would be refused for want of permission, or for what it asks for.

    What the dry run does not find, or finds already, counts for nothing: it may have been made or removed a moment ago.
    """
    try:
        errors.call(what, operation, **arguments, DryRun=True)
    except errors.AwsError as exc:
        late = exc.code.endswith((".NotFound", ".Duplicate")) or exc.code == "InvalidParameterValue"
        if exc.code == ALLOWED or late:
            return
        if exc.code in denials.CODES and stand_ins and denials.stands_in(exc.denial, stand_ins):
            return
        raise
    raise OhmyError(
        f"Could not {what} without doing it: the endpoint knows no dry runs.", "Check the profile's endpoint."
    )


def without_own(params: Params, given: t.Container[str] = ()) -> dict[str, t.Any]:
    """Return the parameters of a launch without what is made with the cluster: group, key pair and profile.

    :param given: those of these parameters that name what is not made with it.
    """
    found = {key: value for key, value in params.items() if key not in _MADE_WITH_THE_CLUSTER or key in given}
    if "NetworkInterfaces" in found:
        found["NetworkInterfaces"] = [
            {key: value for key, value in card.items() if key != "Groups"} for card in found["NetworkInterfaces"]
        ]
    return found


def may_launch(
    launcher: t.Any, wishes: t.Iterable[tuple[str, int, Params]], whole: bool, own_pair: bool = False
) -> None:
    """Ask for each group's launch; ``whole``: with the cluster's own group, key pair and profile, which are there.

    :param own_pair: the key pair is the user's own, and there.
    """
    stand_ins = [kind for kind in STAND_INS if not (own_pair and kind == "key-pair")]
    for group, count, params in wishes:
        what = f"launch {count} {group} instance(s) of type {params['InstanceType']}"
        asked = dict(params) if whole else without_own(params, ("KeyName",) if own_pair else ())
        ask(what, launcher.run_instances, () if whole else stand_ins, MinCount=count, MaxCount=count, **asked)
