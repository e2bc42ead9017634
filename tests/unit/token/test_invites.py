"""Links: what stands in them, and what the issuer keeps of them."""

import hashlib
import hmac

import pytest

from pulse.errors import InvalidValue
from pulse.terms import Secret
from pulse.token.encoding import b64u
from pulse.token.invites import invite_hash, link, parse_link, person_secret

KWAVE = Secret(bytes(range(32)))
M1 = b'{"v":1}'


def test_a_persons_secret_is_an_hmac_of_the_person() -> None:
    """The secret is HMAC-SHA256 under the wave's key, so each person and wave has another."""
    secret = person_secret(KWAVE, "ömer.7")
    expected = hmac.digest(bytes(range(32)), "pulse-person/v1\0ömer.7".encode(), "sha256")
    assert secret == expected
    assert person_secret(KWAVE, "omer.7") != secret
    assert person_secret(Secret(bytes(32)), "ömer.7") != secret


def test_the_issuer_keeps_a_hash() -> None:
    """What is stored is the hash of the secret under its own name."""
    assert invite_hash(bytes(32)) == hashlib.sha256(b"pulse-invite/v1\0" + bytes(32)).digest()


@pytest.mark.parametrize("base", ["https://pulse.example.org", "https://pulse.example.org/"])
def test_a_link_comes_apart_again(base: str) -> None:
    """A link holds the secret and the key list's fingerprint, both behind the #."""
    secret = person_secret(KWAVE, "7")
    url = link(base, secret, M1)
    fingerprint = hashlib.sha256(M1).digest()[:16]
    assert url == f"https://pulse.example.org/s#{b64u(secret)}.{b64u(fingerprint)}"
    assert parse_link(url) == (secret, fingerprint)


@pytest.mark.parametrize(
    "url",
    [
        "", "https://x/s", "https://x/s#", f"https://x/s#{'A' * 43}", f"https://x/s#{'A' * 43}.",
        f"https://x/s#{'A' * 42}.{'A' * 22}", f"https://x/s#{'A' * 43}.{'A' * 23}",
        f"https://x/s#{'A' * 42}B.{'A' * 22}", f"https://x/s#{'A' * 43}.{'A' * 21}B",
        f"https://x/t#{'A' * 43}.{'A' * 22}", f"https://x/s#{'A' * 43}.{'A' * 22}\n",
    ],
)  # fmt: skip
def test_other_addresses_are_no_links(url: str) -> None:
    """Anything but a whole canonical link is refused."""
    with pytest.raises(InvalidValue):
        parse_link(url)
