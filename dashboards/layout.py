"""The leaders' own part of every page's frame: their templates, and the nonce of figures."""

import secrets
from pathlib import Path
from typing import Any, Final

from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from dashboards.assets import ASSETS
from dashboards.pages import weeks
from pulse.http.headers import content_security_policy
from pulse.release import hidden
from pulse.signin import layout

_FOLDER: Final = Path(__file__).parent / "templates"


def templates() -> TemplateConfig[JinjaTemplateEngine]:
    """Return the templates' configuration: those of signing in and the leaders' own."""
    environment = layout.environment(_FOLDER, ASSETS)
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
    **context: Any,  # noqa: ANN401 - whatever the template reads
) -> Template:
    """Return a page; `context` is what its template reads beside the frame's own.

    `draws` gives plotly.js a style element to write into, with a nonce. A page without one is the
    same bytes each time.
    """
    if not draws:
        return layout.page(request, template, status=status, **context)
    nonce = secrets.token_urlsafe(16)
    policy = content_security_policy(style_src=f"'self' 'nonce-{nonce}'", form_action="'self'")
    headers = {"Content-Security-Policy": policy}
    return layout.page(request, template, status=status, headers=headers, nonce=nonce, **context)
