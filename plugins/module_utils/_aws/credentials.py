# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Getting the credentials of a session: signing in, taking a role or running a program may fail, each in its own way."""

from __future__ import annotations

import functools
import re
import shlex
import subprocess
import typing as t

from .._core.errors import OhmyError, words
from .errors import CREDENTIALS, AwsError, BotoCoreError, ClientError, translate

# A program may ask somebody who has to find a phone first.
PROCESS_SECONDS = 120.0
_PROCESS_HINT = (
    "Run that command by itself: it is to print JSON with Version 1, AccessKeyId and SecretAccessKey, and to end. What it "
    "printed is not shown here, as it may be a secret."
)
# The settings of a profile for which somebody signs in, and the command that does it.
_SIGN_IN = {("sso_session", "sso_start_url"): "aws sso login", ("login_session",): "aws login"}
_NEVER = ("SSOTokenLoadError", "LoginTokenLoadError")
_OVER = ("UnauthorizedSSOTokenError", "TokenRetrievalError", "LoginRefreshRequired")


def _of_process(profile: str, why: str) -> OhmyError:
    return OhmyError(f"The credential_process of profile {profile} {why}.", _PROCESS_HINT)


class _Limited(subprocess.Popen):  # type: ignore[type-arg]  # whatever it prints
    """A program that prints credentials of a profile; it has a limit, which the SDK does not give it."""

    def __init__(self, profile: str, *args: t.Any, **options: t.Any) -> None:
        self._profile = profile
        super().__init__(*args, **options)

    def communicate(self, *args: t.Any, **options: t.Any) -> t.Any:
        """Wait for its end, and end it after the limit; raise OhmyError then."""
        try:
            return super().communicate(*args, **{"timeout": PROCESS_SECONDS, **options})
        except subprocess.TimeoutExpired:
            self.kill()
            self.wait()
            raise _of_process(self._profile, f"did not end within {PROCESS_SECONDS:.0f} s") from None


def _limit(base: t.Any) -> None:
    """Give programs that print credentials a limit, for the profile itself and those that its role is taken from.

    The SDK has no option for it; a version in which these names are others would wait without a limit, as before.
    """

    def limited(provider: t.Any, profile: str) -> t.Any:
        provider._popen = functools.partial(_Limited, profile)
        return provider

    for provider in base.get_component("credential_provider").providers:
        if hasattr(provider, "_popen"):
            limited(provider, base.profile or "default")
        builder = getattr(provider, "_profile_provider_builder", None)
        if builder is not None and hasattr(builder, "_create_process_provider"):
            make = builder._create_process_provider
            builder._create_process_provider = lambda name, make=make: limited(make(name), name)


def _profile_with(base: t.Any, settings: t.Iterable[str]) -> str | None:
    """Return the profile that has one of these settings: the session's, or one that its role is taken from."""
    profiles = base.full_config.get("profiles", {})
    name, seen = base.profile or "default", set()
    while name and name not in seen:
        seen.add(name)
        mine = profiles.get(name, {})
        if any(setting in mine for setting in settings):
            return str(name)
        name = mine.get("source_profile")
    return None


def _refused(base: t.Any, exc: Exception) -> OhmyError:
    """Return the error for what the SDK says itself."""
    code = type(exc).__name__
    said: dict[str, str] = getattr(exc, "kwargs", {})
    profile = _profile_with(base, ["credential_process"])
    if profile and said.get("provider") == "custom-process":
        told = str(said.get("error_msg", ""))
        # Of a program that fails it is what that printed.
        if missing := re.fullmatch(r"Missing required key in response: '?(AccessKeyId|SecretAccessKey)'?", told):
            why = f"printed no {missing[1]}"
        else:
            why = "printed another version" if told.startswith("Unsupported") else "ended with an error"
        return _of_process(profile, why)
    if profile and code == "PartialCredentialsError":
        return _of_process(profile, "printed no credentials")
    found = translate("get credentials", exc)
    for settings, command in _SIGN_IN.items():
        profile = _profile_with(base, settings)
        if profile and code in (*_NEVER, *_OVER):
            first = "The session has expired: sign in again" if code in _OVER else "Sign in first"
            return AwsError(found.message, code, f"{first}: {command} --profile {shlex.quote(profile)}")
    return found


def _broken(base: t.Any, exc: Exception) -> OhmyError:
    """Return the error for what the SDK does not foresee, in Python's words: mostly a program's output."""
    profile = _profile_with(base, ["credential_process"])
    if profile is None:
        said = words(exc) if isinstance(exc, OSError) else f"{type(exc).__name__}: {exc}".rstrip(".")
        return OhmyError(f"Could not get credentials: {said}.", CREDENTIALS)
    if isinstance(exc, OSError):
        return _of_process(profile, f"cannot be run: {words(exc)}")
    if isinstance(exc, RuntimeError):
        return _of_process(profile, "printed credentials that have expired")
    return _of_process(profile, "printed no credentials")


def resolve(session: t.Any) -> None:
    """Get the credentials of a boto3 session; raise OhmyError where that fails. That there are none is no failure yet."""
    base = session._session
    try:
        _limit(base)
        found = session.get_credentials()
        keys = found.get_frozen_credentials() if found is not None else None
        if keys is not None and not all(isinstance(key, str) for key in (keys.access_key, keys.secret_key)):
            raise ValueError("keys are texts")
    except (ClientError, BotoCoreError) as exc:
        raise _refused(base, exc) from None
    except EOFError as exc:  # the SDK asks for a code where there is no terminal
        raise OhmyError(
            "The profile asks for a code (mfa_serial), and nobody can type one here.",
            "Begin a session first and give its keys in the environment: docs/credentials.md shows how.",
        ) from exc
    except (OSError, ValueError, TypeError, AttributeError, LookupError, RuntimeError) as exc:
        # Without its cause where that may hold what a program printed.
        raise _broken(base, exc) from (None if _profile_with(base, ["credential_process"]) else exc)
