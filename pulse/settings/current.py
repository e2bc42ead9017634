"""The settings as the file has them now, for processes that stay: read again when it changes."""

import threading
from collections.abc import Callable
from typing import Final

from pulse.errors import BadSetting
from pulse.settings.home import Home
from pulse.settings.loading import load
from pulse.settings.model import Settings

Current = Callable[[], Settings]  # the settings in force at the moment of the call
_NO_FILE: Final = (0, 0, 0)


class CurrentSettings:
    """Gives the settings of a home; a file that cannot be used leaves those before in force.

    Args:
        home: whose settings.

    Raises:
        BadSetting: they are not usable at the start.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._mark = self._look()
        self._settings = load(home)
        self._lock = threading.Lock()

    def now(self) -> Settings:
        """Return the settings; a look at the file costs one system call while it is unchanged."""
        mark = self._look()
        if mark != self._mark:
            with self._lock:
                self._mark = mark  # a bad file is read once, not at every request
                try:
                    self._settings = load(self._home)
                except BadSetting:
                    return self._settings
        return self._settings

    def _look(self) -> tuple[int, int, int]:
        try:
            status = self._home.settings_file.stat()
        except OSError:
            return _NO_FILE
        return (status.st_ino, status.st_size, status.st_mtime_ns)
