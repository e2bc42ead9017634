"""What every request of the administrator's app needs, made once."""

from typing import Any, Final

from sqlalchemy import Engine

from pulse.accounts.directory import Account
from pulse.admin.testweek import TestWeek
from pulse.admin.uploads import Uploads
from pulse.signin.desk import Desk as SigningDesk

PAGES: Final = (
    ("/", "Start"),
    ("/roster", "People"),
    ("/schedule", "Schedule"),
    ("/channels", "Channels"),
    ("/languages", "Languages"),
    ("/links", "Links"),
    ("/accounts", "Accounts"),
    ("/organisation", "Organisation"),
    ("/test-week", "Test week"),
)


class Desk(SigningDesk, frozen=True, kw_only=True):
    """What signing in needs, the roster's database, previews that wait, and the test week."""

    state: Engine
    uploads: Uploads
    week: TestWeek

    def frame(self, account: Account | None) -> dict[str, Any]:
        """Return what `base.html` reads beside the page's own."""
        return {
            "welcomes": "For administrators. Answering the survey needs no account.",
            "pages": PAGES if account is not None else (),
            "leaders_url": self.settings.dashboards_url.rstrip("/"),
        }

    def close(self) -> None:
        """End a test week that runs, and what runs beside the requests."""
        self.week.end()
        super().close()
        self.state.dispose()
