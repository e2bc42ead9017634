"""The leaders' files for the browser, with those that every app with a sign-in has."""

from pathlib import Path
from typing import Final

from pulse.signin.assets import SHARED, Assets

ASSETS: Final = Assets(SHARED, Path(__file__).parent / "static")
