"""The spool: one RFC 5322 file per mail in a folder of the home, for a mail server to pick up."""

import os
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Final

from pulse.store.files import sync_folder

SUFFIX: Final = ".eml"


def spool(folder: Path, mails: Mapping[str, EmailMessage], suffix: str = SUFFIX) -> None:
    """Write mails durably, 0600, each complete or not there; one of the same name is replaced.

    Args:
        folder: made when missing, 0700.
        mails: messages by file name without suffix.
        suffix: of the files, see `outbox.py`.
    """
    if not folder.is_dir():
        folder.mkdir(mode=0o700)
        sync_folder(folder.parent)
    for name, mail in mails.items():
        # A dot file is a mail in the making; no mail server picks it up.
        unfinished = folder / f".{name}"
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(mail.as_bytes(policy=SMTP))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / f"{name}{suffix}")
    sync_folder(folder)
