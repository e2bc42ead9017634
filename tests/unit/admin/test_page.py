"""The administrator's app: a plain page until the real ones come."""

from pathlib import Path

import pytest
from litestar.testing import TestClient

from pulse.admin.app import create_app
from pulse.errors import BadSetting
from pulse.settings import Home


def test_the_page_names_commands_that_exist(tmp_path: Path) -> None:
    """The page and the health answer, with the strict headers of every app and no script."""
    with TestClient(create_app(Home(tmp_path))) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert client.get("/health").json() == {"status": "ok"}


def test_what_is_not_there_is_a_problem_document(tmp_path: Path) -> None:
    """An unknown address is a 404 problem with the same headers."""
    with TestClient(create_app(Home(tmp_path))) as client:
        answer = client.get("/results")
        assert answer.status_code == 404
        assert answer.json()["type"] == "not_found"
        assert "content-security-policy" in answer.headers


def test_wrong_settings_are_no_start(tmp_path: Path) -> None:
    """An unknown setting stops the app as it stops every other."""
    (tmp_path / "pulse.toml").write_text("nonsense = 1\n", "utf-8")
    with pytest.raises(BadSetting, match="no such setting"):
        create_app(Home(tmp_path))
