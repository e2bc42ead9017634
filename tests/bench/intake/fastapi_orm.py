# mypy: disable-error-code="import-not-found, misc, untyped-decorator"
# FastAPI lies in a folder of its own (see the package), where the type checker does not look.
"""What people would otherwise write: FastAPI, pydantic and the SQLAlchemy ORM with defaults.

One model, one session and one commit a request, in FastAPI's thread pool, as both projects'
tutorials show it. It stores the same bytes as the ballot box and, kindly to itself, verifies no
signature, curve point or context, reads no gate and has no strict reader of bodies. SQLite
keeps its own default journal, which syncs on every commit, as ours does.
"""

import hashlib
import os
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    """The ORM's registry."""


class Sealed(Base):
    """A sealed ballot under the hash of its token."""

    __tablename__ = "sealed"

    t: Mapped[bytes] = mapped_column(primary_key=True)
    g: Mapped[str]
    msg: Mapped[bytes]
    sig: Mapped[bytes]
    box: Mapped[bytes]


class Ballot(BaseModel):
    """The body of a request, as our own route takes it."""

    v: int
    wave: str
    g: str
    msg: str
    sig: str
    box: str


class Cast(BaseModel):
    """The answer."""

    cast: bool


def create_app() -> FastAPI:
    """Return the app; its database is the URL in `BENCH_DATABASE`."""
    engine = create_engine(os.environ["BENCH_DATABASE"])
    Base.metadata.create_all(engine)
    app = FastAPI()

    def session() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    @app.post("/ballot")
    def ballot(body: Ballot, session: Annotated[Session, Depends(session)]) -> Cast:
        msg, sig, box = (_bytes(text) for text in (body.msg, body.sig, body.box))
        session.add(Sealed(t=hashlib.sha256(msg).digest(), g=body.g, msg=msg, sig=sig, box=box))
        try:
            session.commit()
        except IntegrityError as error:
            raise HTTPException(409, "already counted") from error
        return Cast(cast=True)

    return app


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
