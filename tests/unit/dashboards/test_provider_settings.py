"""Settings of single sign-on: with or without local passwords, a secret and the extra."""

import subprocess
import sys
from pathlib import Path

import pytest

from pulse.errors import BadSetting
from pulse.settings import Home
from tests.unit.dashboards import house
from tests.unit.dashboards.providers import Lying, begin, configure

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]  # providers on loopback


def test_local_passwords_can_be_switched_off(fresh: Home, provider: Lying) -> None:
    """Then there is one button; no form, link or change of a password is there any more."""
    configure(fresh, provider.issuer, 'local_passwords = "off"\n')
    app = house.an_app(fresh)
    client = house.visitor(app)
    page = client.get("/login").text
    assert "/login/provider" in page
    assert "password" not in page
    client.get(begin(client, provider))
    token = house.form_token(client.get("/account").text)
    fields = {"_csrf_token": token, "email": house.HR, "password": house.PASSWORD}
    assert client.post("/login", data=fields).status_code == 404
    assert client.post("/account", data={**fields, "new": "x"}).status_code == 404
    for path in ("/forgotten", "/welcome/x"):
        assert client.get(path).status_code == 404
        assert client.post(path, data=fields).status_code == 404


def test_without_a_provider_there_is_no_button(fresh: Home) -> None:
    """And its addresses are those of nothing."""
    client = house.visitor(house.an_app(fresh))
    assert "/login/provider" not in client.get("/login").text
    assert client.get("/login/provider").status_code == 404


def test_a_start_without_the_secret_is_refused(fresh: Home, provider: Lying) -> None:
    """A missing file, or one that others may read, stops the start with a sentence."""
    configure(fresh, provider.issuer)
    file = fresh.accounts / "oidc.secret"
    file.chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        house.an_app(fresh)
    file.unlink()
    with pytest.raises(BadSetting, match=r"oidc\.secret"):
        house.an_app(fresh)


WITHOUT_EXTRA = """
import sys
from pathlib import Path
sys.modules["authlib"] = None  # as if it were not installed
from dashboards.app import create_app
from pulse.errors import BadSetting
from pulse.settings import Home
try:
    create_app(Home(Path(sys.argv[1])))
except BadSetting as error:
    print(error)
"""


def test_a_start_without_the_extra_is_refused(fresh: Home, provider: Lying) -> None:
    """Where authlib is not installed the start ends with how to install it."""
    configure(fresh, provider.issuer)
    command = [sys.executable, "-c", WITHOUT_EXTRA, str(fresh.path)]
    top = Path(__file__).parents[3]
    told = subprocess.run(command, cwd=top, capture_output=True, text=True, check=True).stdout
    assert "pip install 'pulse-survey[oidc]'" in told
    fresh.settings_file.write_text("")
    told = subprocess.run(command, cwd=top, capture_output=True, text=True, check=True).stdout
    assert told == ""
