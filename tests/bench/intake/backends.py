"""Where a round keeps what it stores: files in its folder, or databases of a real server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from pulse.store.postgres import postgres_engine
from pulse.store.schemashelf import prepare

_NAMES: Final = ("issuer", "ballotbox", "orm")


class Place(msgspec.Struct, frozen=True):
    """Where one round stores: the lines of its home's `pulse.toml`, and the ORM's database."""

    settings: str
    orm: str


@contextmanager
def place(folder: Path, server: str) -> Iterator[Place]:
    """Give a round a fresh place.

    Args:
        folder: the round's own.
        server: address of a PostgreSQL database whose role may make others; empty for SQLite.
    """
    if not server:
        yield Place(settings="", orm=f"sqlite:///{folder}/orm.db")
        return
    main = make_url(server)
    urls = {name: main.set(database=f"{main.database}_bench_{name}") for name in _NAMES}
    _each(main, urls, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}")
    for name in ("issuer", "ballotbox"):
        engine = postgres_engine(urls[name], serving=False, one_writer=False)
        prepare(engine)
        engine.dispose()
    lines = [f'{name}_database_url = "{_text(urls[name])}"\n' for name in ("issuer", "ballotbox")]
    try:
        yield Place(settings="".join(lines), orm=_text(urls["orm"]))
    finally:
        _each(main, urls, "DROP DATABASE IF EXISTS {} WITH (FORCE)")


def _each(main: URL, urls: dict[str, URL], *statements: str) -> None:
    engine = create_engine(main, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for url in urls.values():
            for statement in statements:
                connection.execute(text(statement.format(url.database)))
    engine.dispose()


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
