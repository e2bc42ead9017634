"""The frame of every page: templates, the content policy, who is signed in."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request
from litestar.response import Template

from pulse.accounts.directory import Account
from pulse.http.headers import content_security_policy
from pulse.signin.assets import Assets

_FOLDER: Final = Path(__file__).parent / "templates"


def environment(folder: Path, assets: Assets) -> Environment:
    """Return an app's templates with those of signing in: all escaped, nothing undefined tolerated.

    Args:
        folder: the app's own templates, among them the `base.html` that all others extend.
        assets: its files for the browser, which templates name by `asset("…")`.
    """
    made = Environment(
        loader=FileSystemLoader([folder, _FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["asset"] = assets.address
    return made


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,  # noqa: ANN401 - whatever the template reads
) -> Template:
    """Return a page; `context` is what its template reads beside the frame's own.

    `headers` may name another Content-Security-Policy.
    """
    account = request.scope.get("user")
    known = account if isinstance(account, Account) else None
    desk = request.app.state.desk
    settings = desk.settings
    policy = content_security_policy(form_action="'self'")
    return Template(
        template_name=template,
        status_code=status,
        media_type="text/html",
        headers={"Content-Security-Policy": policy, **(headers or {})},
        context={
            "account": known,
            "passwords_on": settings.local_passwords == "on",
            "organisation": settings.organisation,
            "staff_url": settings.base_url,
            **desk.frame(known),
            **context,
        },
    )
