"""Settings of signing in: whatever would lock everybody out or nobody stops the start."""

from pathlib import Path

import pytest

from pulse.errors import BadSetting
from pulse.settings import Home, Settings, load

ISSUER = "https://id.example.org/realms/one"


def loaded(folder: Path, **variables: str) -> Settings:
    """Load the settings of an empty home under these variables."""
    environ = {f"PULSE_{name.upper()}": value for name, value in variables.items()}
    return load(Home(folder), environ)


@pytest.mark.parametrize(
    ("where", "variables"),
    [
        ("second_factor", {"second_factor": "boss"}),
        ("second_factor", {"second_factor": "hr, auditor"}),
        ("access_log_days", {"access_log_days": "29"}),
        ("PULSE_ACCESS_LOG_DAYS", {"access_log_days": "for ever"}),
        ("local_passwords", {"local_passwords": "off"}),
        ("local_passwords", {"local_passwords": "no"}),
        ("oidc_client_id", {"oidc_issuer": ISSUER}),
        ("oidc_client_id", {"oidc_client_id": "pulse"}),
        ("oidc_issuer", {"oidc_issuer": "http://id.example.org", "oidc_client_id": "pulse"}),
        ("oidc_issuer", {"oidc_issuer": f"{ISSUER}?x=1", "oidc_client_id": "pulse"}),
        ("PULSE_OIDC_CLIENT_SECRET", {"oidc_client_secret": "in the open"}),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, where: str, variables: dict[str, str]
) -> None:
    """The refusal names the setting; a secret has no setting at all."""
    with pytest.raises(BadSetting) as refused:
        loaded(tmp_path, **variables)
    assert refused.value.where == where


def test_a_provider_may_have_a_path(tmp_path: Path) -> None:
    """With issuer and client id passwords may be off; roles are read apart."""
    settings = loaded(
        tmp_path, oidc_issuer=ISSUER, oidc_client_id="pulse", local_passwords="off",
        second_factor="hr,auditor",
    )  # fmt: skip
    assert settings.factor_roles == {"hr", "auditor"}
    assert loaded(tmp_path).factor_roles == frozenset()
