"""``countermeasure serve``: the same answers as pages, for this machine or, with a token, for others."""

import socket
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countermeasure.errors import InputError

if TYPE_CHECKING:
    from countermeasure.web.settings import Settings

__all__ = ["serve"]


def serve(
    host: Annotated[str, typer.Option("--host", help="Address; others than this machine need a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port; 0 takes a free one.")] = 8484,
    open_: Annotated[bool, typer.Option("--open", help="Open the first page in the browser.")] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="Name under which a TLS proxy shows the server; repeatable."),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", metavar="FILE", help="File with the token that readers must show.")
    ] = None,
    cert: Annotated[Path | None, typer.Option("--cert", metavar="FILE", help="Certificate for TLS.")] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Its key.")] = None,
    workers: Annotated[int, typer.Option("--workers", help="Processes that answer.")] = 1,
    uploads_mb: Annotated[float, typer.Option("--uploads-mb", metavar="MB", help="Largest upload, in million bytes.")] = 10.0,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="FOLDER", help="Keep runs, and what a reader asks to keep, in this folder.")
    ] = None,
    access_log: Annotated[bool, typer.Option("--access-log", help="Write a line for every request to standard error.")] = False,
) -> None:
    """Serve the pages and the interface for programs.

    countermeasure serve --port 8484 --open
    """
    from countermeasure.web.settings import Settings, read_token

    token = "" if token_file is None else read_token(token_file)
    settings = Settings(
        host=host,
        port=port,
        allow_hosts=tuple(name.strip().lower() for name in allow_host or ()),
        token=token,
        token_file=token_file,
        cert=cert,
        key=key,
        workers=workers,
        uploads_mb=uploads_mb,
        data=data,
        jobs=None if data is None else data / "jobs",
    ).check()
    with ExitStack() as stack:
        place = stack.enter_context(_listening(settings))
        if workers > 1 and settings.jobs is None:
            settings = _shared_jobs(settings, stack)
        _run(settings, place, open_=open_, access_log=access_log)


def _listening(settings: "Settings") -> socket.socket:
    """A socket that listens, or the reason why there is none."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host.strip("[]"), settings.port), family=family, backlog=256)
    except OSError as error:
        raise InputError(
            f"port {settings.port} of {settings.host} cannot be had ({error.strerror})",
            code="port_taken",
            cure="Another server may run there. Choose another --port, or 0 for a free one.",
        ) from None


def _shared_jobs(settings: "Settings", stack: ExitStack) -> "Settings":
    """Settings with a folder of jobs that all processes see and that goes with the server."""
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    folder = stack.enter_context(TemporaryDirectory(prefix="countermeasure-jobs-"))
    return replace(settings, jobs=Path(folder))


def _run(settings: "Settings", place: socket.socket, *, open_: bool, access_log: bool) -> None:
    import os

    import uvicorn

    from countermeasure.cli.talk import talk
    from countermeasure.web.app import create_app
    from countermeasure.web.settings import ENVIRONMENT

    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - only to be shown
    scheme = "http" if settings.cert is None else "https"
    address = f"{scheme}://{shown}:{place.getsockname()[1]}"
    console = talk()
    console.print("Opening the book ...")
    options: dict[str, Any] = {
        "log_level": "info" if access_log else "warning",
        "access_log": access_log,
        "server_header": False,
        "proxy_headers": False,
        "ws": "none",
        "timeout_keep_alive": 15,
        "ssl_certfile": settings.cert,
        "ssl_keyfile": settings.key,
    }
    app = create_app(settings) if settings.workers == 1 else None
    if app is not None:
        app.state.held.warm()
    console.print(f"countermeasure serves {address} (end with Ctrl-C)", soft_wrap=True)
    if settings.token:
        console.print("Readers sign in with the token of the file.")
    if open_:
        import webbrowser

        webbrowser.open(address)
    if app is not None:
        uvicorn.Server(uvicorn.Config(app, **options)).run(sockets=[place])
        return
    port = place.getsockname()[1]
    place.close()
    os.environ[ENVIRONMENT] = settings.to_environment()
    several: dict[str, Any] = {"host": settings.host, "port": port, "workers": settings.workers, "factory": True}
    uvicorn.run("countermeasure.web.app:from_environment", **several, **options)
