"""The frame of every page: templates, the content policy's nonce, who is signed in."""

import secrets
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from dashboards import assets
from dashboards.pages import weeks
from pulse.accounts.directory import Account
from pulse.accounts.scope import may
from pulse.http.headers import content_security_policy
from pulse.release import hidden

_FOLDER: Final = Path(__file__).parent / "templates"


def templates() -> TemplateConfig[JinjaTemplateEngine]:
    """Return the templates' configuration: everything escaped, nothing undefined tolerated."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = assets.address
    environment.globals["hidden_words"] = hidden
    environment.filters["week"] = weeks.name
    environment.filters["week_short"] = weeks.short
    return TemplateConfig(instance=JinjaTemplateEngine(engine_instance=environment))


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = 200,
    draws: bool = False,
    headers: dict[str, str] | None = None,
    **context: Any,  # noqa: ANN401 - whatever the template reads
) -> Template:
    """Return a page; `context` is what its template reads beside the frame's own.

    `draws` gives plotly.js a style element to write into, with a nonce. A page without one is the
    same bytes each time.
    """
    nonce = secrets.token_urlsafe(16) if draws else ""
    style = f"'self' 'nonce-{nonce}'" if draws else "'self'"
    policy = content_security_policy(style_src=style, form_action="'self'")
    account = request.scope.get("user")
    known = account if isinstance(account, Account) else None
    desk = request.app.state.desk
    return Template(
        template_name=template,
        status_code=status,
        media_type="text/html",
        headers={"Content-Security-Policy": policy, **(headers or {})},
        context={
            "nonce": nonce,
            "account": known,
            "sees_results": known is not None and may(known, "see_results"),
            "reads_evidence": known is not None and may(known, "read_evidence"),
            "sees_practices": known is not None and may(known, "see_practices"),
            "exports": known is not None and may(known, "export"),
            "reads_log": known is not None and may(known, "read_access_log"),
            "passwords_on": desk.settings.local_passwords == "on",
            "organisation": desk.settings.organisation,
            "staff_url": desk.settings.base_url,
            **context,
        },
    )
