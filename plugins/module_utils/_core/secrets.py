# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""Names that sound like those of secrets: what is refused where it would be shown, and hidden where it is needed."""

from __future__ import annotations

import re

_SURE = (
    r"secret|passw|passphrase|[._](?:pass|pwd)$|access\.?key|session\.token|account\.key"
    r"|encryption[.-](?:algorithm-)?key|api[._-]?key|private[._-]?key"
)
# A property of a job: every task and the job's page show it.
REFUSED = re.compile(_SURE + r"|credential(?!s?\.provider|s\.binary)", re.IGNORECASE)
# A property of a node, in a diff or a result. Hadoop's own list is hadoop.security.sensitive-config-keys.
HIDDEN = re.compile(_SURE + r"|credential(?!s\.provider)|token|\.key$|keystore\.pass", re.IGNORECASE)
# An environment variable of a job.
REFUSED_ENV = re.compile(
    r"secret|passw(or)?d|passphrase|pgpass|(^|_)(pass|pwd|token|credentials?|apikey|pat)(_|$)"
    r"|(access|api|auth|id|refresh|bearer)_?token|(access|api|private|signing|encryption|account)_?key",
    re.IGNORECASE,
)
