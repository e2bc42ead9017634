"""The browser's cryptography, in a real Chromium, against the published vectors and Python."""

import json
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Error, Page

from pulse.ballotbox import responses, seal
from pulse.terms import Response
from pulse.token import rfc9474
from pulse.token.encoding import b64u
from pulse.token.keys import SigningKey, spki_of
from pulse.token.message import MESSAGE_LENGTH, token_context
from tests.browser.modules import STATIC, run
from tests.oracles.hpke_vectors import published

VECTORS: Final = Path(__file__).parents[1] / "vectors"
RSA: Final[list[dict[str, str]]] = json.loads(
    (VECTORS / "rfc9474_cfrg.json").read_text(encoding="utf-8")
)
MODULES: Final = ("bytes", "rsabssa", "hpke", "keylist")


def spki(vector: dict[str, str]) -> bytes:
    """Return the public key of a vector as DER."""
    return SigningKey(int(vector["p"], 16), int(vector["q"], 16)).spki


def blind_of(vector: dict[str, str]) -> str:
    """Return the blind r of a vector, in hex of the modulus' length."""
    r = pow(int(vector["inv"], 16), -1, int(vector["n"], 16))
    return r.to_bytes(512, "big").hex()


def test_the_modules_are_small() -> None:
    """Readable as they ship, all four together stay under 9 KiB."""
    assert sum((STATIC / f"{name}.js").stat().st_size for name in MODULES) <= 9216


@pytest.mark.parametrize("vector", RSA, ids=lambda vector: vector["name"])
def test_blinding_gives_the_published_bytes(tab: Page, vector: dict[str, str]) -> None:
    """All four variants of RFC 9474: given its salt and blind, the page sends the RFC's bytes."""
    told = [vector["salt"], blind_of(vector)]
    blinded, inv = run(
        tab,
        """const {blind} = await import('/rsabssa.js')
        const {blinded, inv} = await blind(raw(arg.msg), raw(arg.spki), told(...arg.told))
        return [hex(blinded), inv.toString(16)]""",
        {"msg": vector["input_msg"], "spki": spki(vector).hex(), "told": told},
    )
    assert blinded == vector["blinded_msg"]
    assert int(inv, 16) == int(vector["inv"], 16)


@pytest.mark.parametrize("vector", RSA, ids=lambda vector: vector["name"])
def test_finalizing_gives_the_published_signature(tab: Page, vector: dict[str, str]) -> None:
    """With a salt of 48 bytes the signature is the RFC's; without salt it is refused."""
    sig = run(
        tab,
        """const {finalize} = await import('/rsabssa.js')
        return finalize(raw(arg.msg), raw(arg.signed), BigInt(arg.inv), raw(arg.spki))
          .then(hex, () => null)""",
        {
            "msg": vector["input_msg"],
            "signed": vector["blind_sig"],
            "inv": vector["inv"],
            "spki": spki(vector).hex(),
        },
    )
    assert sig == (vector["sig"] if vector["sLen"] == "0x30" else None)


def test_preparing_takes_64_random_bytes(tab: Page) -> None:
    """A message is prefix || 0x01 || ctx || nonce; two of them share only the middle."""
    exact, one, two = run(
        tab,
        """const {prepare} = await import('/rsabssa.js')
        const ctx = new Uint8Array(32).fill(7)
        const exact = prepare(ctx, told('aa'.repeat(32), 'bb'.repeat(32)))
        return [exact, prepare(ctx), prepare(ctx)].map(hex)""",
    )
    assert exact == "aa" * 32 + "01" + "07" * 32 + "bb" * 32
    assert len(one) == len(two) == 2 * MESSAGE_LENGTH
    assert one[:64] != two[:64]
    assert one[-64:] != two[-64:]


def test_a_browsers_token_verifies_in_python_and_openssl(
    tab: Page, signing_key: SigningKey, tmp_path: Path
) -> None:
    """Blinded by JavaScript, signed by Python, finished by JavaScript: everybody verifies it."""
    ctx = token_context("2026-W09", "00001", signing_key.spki)
    state = run(
        tab,
        """const {prepare, blind} = await import('/rsabssa.js')
        const msg = prepare(raw(arg.ctx)), {blinded, inv} = await blind(msg, raw(arg.spki))
        return {msg: hex(msg), blinded: hex(blinded), inv: `${inv}`}""",
        {"ctx": ctx.hex(), "spki": signing_key.spki.hex()},
    )
    signed = rfc9474.blind_sign(signing_key, bytes.fromhex(state["blinded"]))
    finish = """const {finalize} = await import('/rsabssa.js')
        return finalize(raw(arg.msg), raw(arg.signed), BigInt(arg.inv), raw(arg.spki))
          .then(hex, () => null)"""
    sent = state | {"spki": signing_key.spki.hex(), "signed": signed.hex()}
    msg, sig = bytes.fromhex(state["msg"]), bytes.fromhex(run(tab, finish, sent))
    assert msg[33:65] == ctx
    rfc9474.verify(signing_key.spki, msg, sig)
    wrong = signed[:-1] + bytes([signed[-1] ^ 1])
    for answer in (wrong, signed[:-1], signed + b"\0", b"\0" + signed, bytes(256)):
        assert run(tab, finish, sent | {"signed": answer.hex()}) is None
    program = shutil.which("openssl")
    assert program, "openssl is needed for this test."
    for name, content in (("key", signing_key.spki), ("sig", sig), ("msg", msg)):
        (tmp_path / name).write_bytes(content)
    command = [program, "dgst", "-sha384", "-keyform", "DER", "-verify", str(tmp_path / "key")]
    command += ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:48"]
    command += ["-signature", str(tmp_path / "sig"), str(tmp_path / "msg")]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"Verified OK\n"


def test_blinds_are_drawn_again_until_below_n(tab: Page, signing_key: SigningKey) -> None:
    """Zero, n and more than n are thrown away; the first r in [1, n) is used."""
    n, r = int(signing_key.n), int(signing_key.n) - 2
    drawn = [x.to_bytes(256, "big").hex() for x in (0, n, 2**2048 - 1, r, 5)]
    inv = run(
        tab,
        """const {blind} = await import('/rsabssa.js')
        return `${(await blind(raw(arg.msg), raw(arg.spki), told(...arg.told))).inv}`""",
        {"msg": "00", "spki": signing_key.spki.hex(), "told": ["00" * 48, *drawn]},
    )
    assert int(inv) * r % n == 1


def test_a_blind_that_shares_a_factor_is_refused(tab: Page, signing_key: SigningKey) -> None:
    """A multiple of p has no inverse: the page stops instead of sending something it cannot use."""
    drawn = int(signing_key.p).to_bytes(256, "big").hex()
    assert run(
        tab,
        """const {blind} = await import('/rsabssa.js')
        return fails(blind(raw('00'), raw(arg.spki), told(...arg.told)))""",
        {"spki": signing_key.spki.hex(), "told": ["00" * 48, drawn]},
    )


def drawn_evenly(tab: Page, key: SigningKey, random: str) -> bool:
    """Tell whether 200 blinds of the page look drawn evenly from [1, n)."""
    found = run(
        tab,
        f"""const {{blind}} = await import('/rsabssa.js'), kept = [], random = {random}
        for (let i = 0; i < 200; i++)
          kept.push(`${{(await blind(raw('00'), raw(arg), random)).inv}}`)
        return kept""",
        key.spki.hex(),
    )
    n = int(key.n)
    blinds = [pow(int(inv), -1, n) for inv in found]
    tenths = [sum(1 for r in blinds if r * 10 // n == tenth) for tenth in range(10)]
    # 9 degrees of freedom: an honest page exceeds 45 once in a million runs.
    return len(set(blinds)) == 200 and sum((count - 20) ** 2 / 20 for count in tenths) < 45


def test_browser_blinds_use_the_whole_range(tab: Page, signing_key: SigningKey) -> None:
    """The page draws r evenly from [1, n); a short or repeated one would be noticed."""
    assert drawn_evenly(tab, signing_key, "undefined")
    fill = "size => crypto.getRandomValues(new Uint8Array(size))"
    short = f"size => {{ const r = ({fill})(size); r[0] = 0; return r }}"
    constant = "size => new Uint8Array(size).fill(7)"
    assert not drawn_evenly(tab, signing_key, short)
    assert not drawn_evenly(tab, signing_key, constant)


def test_weak_keys_are_refused(tab: Page, signing_key: SigningKey) -> None:
    """1024 bits, e = 3 and broken DER are refused before anything is blinded."""
    good = signing_key.spki
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - refused
    cube = rsa.generate_private_key(public_exponent=3, key_size=2048)
    weak = [spki_of(short.public_key()), spki_of(cube.public_key()), good[:-1], b"", good[24:]]
    refused = run(
        tab,
        """const {readKey} = await import('/rsabssa.js')
        return Promise.all(arg.map(key => fails(readKey(raw(key)))))""",
        [key.hex() for key in [good, *weak]],
    )
    assert refused == [False, *[True] * len(weak)]


def test_sealing_gives_the_published_bytes(tab: Page) -> None:
    """RFC 9180's vector for P-256 and AES-128-GCM, its aad and ephemeral key passed in."""
    vector = published()
    first, point = vector["encryptions"][0], bytes.fromhex(vector["pkEm"])
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "d": b64u(bytes.fromhex(vector["skEm"])),
        "x": b64u(point[1:33]),
        "y": b64u(point[33:]),
    }
    sealed = run(
        tab,
        """const {seal} = await import('/hpke.js'), curve = {name: 'ECDH', namedCurve: 'P-256'}
        const load = (key, uses) => crypto.subtle.importKey('jwk', key, curve, true, uses)
        const {d, ...open} = arg.jwk
        const privateKey = await load(arg.jwk, ['deriveBits']), publicKey = await load(open, [])
        const [pub, info, plaintext, aad] = arg.bytes.map(raw)
        return hex(await seal(pub, info, plaintext, {privateKey, publicKey}, aad))""",
        {"jwk": jwk, "bytes": [vector["pkRm"], vector["info"], first["pt"], first["aad"]]},
    )
    assert sealed == vector["enc"] + first["ct"]


def test_python_opens_a_thousand_browser_ballots(tab: Page) -> None:
    """1,000 boxes sealed by the page, two layers each, peel and open here; all are 194 bytes."""
    (inner, box), (outer, outer_pub) = seal.generate_pair(), seal.generate_pair()
    ballots = [(secrets.token_bytes(32), secrets.token_bytes(97), answers(i)) for i in range(1000)]
    boxes = run(
        tab,
        """const {seal} = await import('/hpke.js'), {concat} = await import('/bytes.js')
        const [box, outer] = arg.keys.map(raw), out = []
        for (const row of arg.ballots) {
          const [ctx, msg, plaintext] = row.map(raw)
          const inner = await seal(box, concat('pulse-box/v1\\0', ctx), plaintext)
          out.push(hex(await seal(outer, concat('pulse-outer/v1\\0', msg), inner)))
        }
        return out""",
        {
            "keys": [box.hex(), outer_pub.hex()],
            "ballots": [
                [ctx.hex(), msg.hex(), responses.encode(response, 6).hex()]
                for ctx, msg, response in ballots
            ],
        },
    )
    peeler, opener = seal.Peeler(outer), seal.Opener(inner)
    opened = [
        responses.decode(opener.open(ctx, peeler.peel(msg, bytes.fromhex(text))), 3, 6)
        for (ctx, msg, _), text in zip(ballots, boxes, strict=True)
    ]
    assert opened == [response for _, _, response in ballots]
    assert {len(text) for text in boxes} == {2 * 194}
    assert len({text[:130] for text in boxes}) == 1000


def answers(i: int) -> Response:
    """Return some response: every answer occurs, skipped and not said too."""
    return Response(form=3, answers=tuple((i // 7**item) % 7 for item in range(6)))


def test_base64url_is_canonical_in_the_page(tab: Page) -> None:
    """The page spells bytes as Python does and refuses every other spelling."""
    values = [secrets.token_bytes(size) for size in range(70)] + [b"\xfb\xff\xfe"]
    spelled = run(
        tab,
        """const {b64u, unb64u} = await import('/bytes.js')
        return arg.map(text => [b64u(raw(text)), hex(unb64u(b64u(raw(text))))])""",
        [value.hex() for value in values],
    )
    assert spelled == [[b64u(value), value.hex()] for value in values]
    bad: list[list[str | int]] = [
        [text] for text in ("AB", "AAB", "AA==", "A", "AA\n", " AA", "+/+/", "ÄÄ", "A.A")
    ]
    bad += [["AAAA", 2], ["AAAA", 4]]
    assert run(
        tab,
        """const {unb64u} = await import('/bytes.js')
        return Promise.all(arg.map(args => fails((async () => unb64u(...args))())))""",
        bad,
    ) == [True] * len(bad)


def test_a_ballot_costs_a_browser_little(tab: Page, signing_key: SigningKey) -> None:
    """Blind, finalize and seal together take well under a tenth of a second."""
    point = seal.generate_pair()[1].hex()
    took = run(
        tab,
        """const {blind} = await import('/rsabssa.js'), {seal} = await import('/hpke.js')
        const times = []
        for (let i = 0; i < 9; i++) {
          const start = performance.now()
          await blind(raw('00'), raw(arg.spki))
          await seal(raw(arg.point), raw('00'), new Uint8Array(32))
          times.push(performance.now() - start)
        }
        return times.sort((a, b) => a - b)[4]""",
        {"spki": signing_key.spki.hex(), "point": point},
    )
    assert took < 100


def test_randomness_cannot_be_set_from_outside(tab: Page) -> None:
    """The modules export functions alone, which nobody can replace, and read no global state."""
    exports = run(
        tab,
        """const out = {}
        for (const name of arg) out[name] = Object.keys(await import(`/${name}.js`)).sort()
        return out""",
        ["rsabssa", "hpke"],
    )
    assert exports == {
        "rsabssa": ["blind", "finalize", "prepare", "readKey"],
        "hpke": ["readPoint", "seal"],
    }
    for name in MODULES:
        source = (STATIC / f"{name}.js").read_text(encoding="utf-8")
        assert not {"window", "globalThis", "localStorage", "Math.random"} & set(
            source.replace(".", " ").replace("(", " ").split()
        )
    with pytest.raises(Error):
        run(tab, "(await import('/rsabssa.js')).blind = 1")
