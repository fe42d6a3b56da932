# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A port that answers HTTP, in threads of its own."""

from __future__ import annotations

import threading
import typing as t


def listen(address: str, port: int, application: t.Any, handler: t.Any = None) -> t.Any:
    """Serve an application until ``shutdown`` of the server that is returned; OSError where the port is taken."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    base: t.Any = handler or WSGIRequestHandler

    class Quiet(base):
        """Log no request: paths and queries may carry what a log must not."""

        def log_request(self, code: t.Any = "-", size: t.Any = "-") -> None:
            return

    server: t.Any = make_server(address, port, application, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name=f"port-{port}", daemon=True).start()
    return server
