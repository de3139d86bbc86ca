"""What a server is told when it starts."""

from __future__ import annotations

import ipaddress
import json
import os
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from countermeasure.codes.day import from_date
from countermeasure.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ENVIRONMENT", "Settings", "is_loopback", "read_token", "today"]

ENVIRONMENT = "COUNTERMEASURE_SERVE"
"""Variable that hands settings to further processes of a server; it names files, it never holds a token."""
SHORTEST_TOKEN = 16
_NAME = re.compile(r"(?P<name>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:(?P<port>\d{1,5}))?")
"""A host, in lower case, with or without a port."""


def today() -> int:
    """Epoch day of today; the shell alone knows it."""
    return from_date(date.today())  # noqa: DTZ011 - the day on the user's wall is what is meant


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_token(path: Path) -> str:
    """The token that a file holds.

    Raises:
        InputError: If the file cannot be read, or the token is too short to keep anyone out.
    """
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise InputError(
            "the file of the token cannot be read", code="no_token_file", where=str(path), cure="Write a token into it."
        ) from None
    if len(token) < SHORTEST_TOKEN or any(c.isspace() or not c.isascii() for c in token):
        raise InputError(
            f"the token has {len(token)} characters",
            code="weak_token",
            where=str(path),
            cure=f"Write one line of at least {SHORTEST_TOKEN} ASCII characters without spaces.",
        )
    return token


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a server.

    Attributes:
        host: Address it listens on.
        port: Port; 0 takes a free one.
        allow_hosts: Further names, ``NAME`` or ``NAME:PORT`` in lower case, under which readers reach it through a proxy.
        token: What a reader must show; empty asks for none, which is allowed on this machine alone.
        token_file: Where the token was read from.
        cert: Certificate for TLS, or ``None``.
        key: Its key.
        uploads_mb: Largest body of a request, in million bytes.
        table_rows: Most rows of a table that is uploaded.
        data: Folder where things are kept that a person asked to keep; ``None`` keeps nothing.
        jobs: Folder of running and finished jobs; ``None`` for one that goes with the server.
        workers: Processes that answer.
        running_jobs: Jobs that may run at the same time in one process.
        waiting_jobs: Jobs that may wait behind them.
        today: Gives the epoch day of today.
    """

    host: str = "127.0.0.1"
    port: int = 8484
    allow_hosts: tuple[str, ...] = ()
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    uploads_mb: float = 10.0
    table_rows: int = 2000
    data: Path | None = None
    jobs: Path | None = None
    workers: int = 1
    running_jobs: int = 2
    waiting_jobs: int = 8
    today: Callable[[], int] = today

    def check(self) -> Settings:
        """The same settings, or the reason why a server with them would be unsafe or cannot start.

        Raises:
            InputError: With every such reason.
        """
        faults = []
        if not is_loopback(self.host) and not self.token:
            faults.append(
                f"{self.host} can be reached by others and no token is set. Give --token-file, or listen on 127.0.0.1."
            )
        if self.allow_hosts and not self.token:
            faults.append(f"others reach {self.allow_hosts[0]} through the proxy and no token is set. Give --token-file too.")
        faults += [
            f"{name!r} is no name of a host. Give it as readers see it, without https://: trade.example or trade.example:8443."
            for name in self.allow_hosts
            if not _NAME.fullmatch(name)
        ]
        if (self.cert is None) != (self.key is None):
            faults.append("a certificate and its key go together. Give both --cert and --key, or neither.")
        faults += [f"{path}: no such file. Check the path." for path in (self.cert, self.key) if path and not path.is_file()]
        if not 0 <= self.port <= 65535:
            faults.append(f"{self.port} is no port. Give a number from 0 to 65535.")
        if not 0.1 <= self.uploads_mb <= 1000:
            faults.append(f"uploads of {self.uploads_mb:g} MB. Give a number from 0.1 to 1000.")
        if not 1 <= self.workers <= 64:
            faults.append(f"{self.workers} workers. Give a number from 1 to 64.")
        if faults:
            raise InputError(faults[0], code="bad_option", faults=faults[1:])
        return self

    def to_environment(self) -> str:
        """Settings as text for another process; the token stays in its file."""
        names = ("host", "port", "allow_hosts", "uploads_mb", "table_rows", "workers", "running_jobs", "waiting_jobs")
        paths = ("token_file", "cert", "key", "data", "jobs")
        return json.dumps(
            {n: getattr(self, n) for n in names}
            | {n: None if (path := getattr(self, n)) is None else str(path.resolve()) for n in paths}
        )

    @staticmethod
    def from_environment() -> Settings:
        """Settings that another process left for this one.

        Raises:
            InputError: If there are none, or the token cannot be read.
        """
        text = os.environ.get(ENVIRONMENT)
        if text is None:
            raise InputError("no settings were handed on", code="no_settings", cure="Start with: countermeasure serve")
        values = json.loads(text)
        for name in ("token_file", "cert", "key", "data", "jobs"):
            values[name] = None if values[name] is None else Path(values[name])
        values["allow_hosts"] = tuple(values["allow_hosts"])
        token = "" if values["token_file"] is None else read_token(values["token_file"])
        return Settings(token=token, **values).check()
