"""Name and help contacts: what every mail and page repeats has to be printable and short."""

import pytest
from msgspec import structs

from pulse.errors import BadSetting
from pulse.settings import Settings, Support
from pulse.settings.checking import check
from pulse.settings.model import LocalSupport
from pulse.settings.sayings import LONGEST_CONTACT, LONGEST_NAME, LONGEST_TEXT, MOST_CONTACTS


@pytest.mark.parametrize(
    ("name", "value", "where"),
    [
        ("organisation", " ", "organisation"),
        ("organisation", "x" * (LONGEST_NAME + 1), "organisation"),
        ("organisation", "North\r\nBcc: all@x.org", "organisation"),
        ("organisation", "\u202ehtroN", "organisation"),
        ("organisation", "North\0", "organisation"),
        ("support", Support(text="x" * (LONGEST_TEXT + 1)), "support.text"),
        ("support", Support(text="Ask\x1b[2J"), "support.text"),
        ("support", Support(contacts=("x" * (LONGEST_CONTACT + 1),)), "support.contacts"),
        ("support", Support(contacts=("Desk\n3",)), "support.contacts"),
        ("support", Support(contacts=("Desk",) * (MOST_CONTACTS + 1)), "support.contacts"),
        ("support", Support(locales={"de": LocalSupport("\u2066?")}), "support.text"),
    ],
)
def test_what_hides_or_never_ends_is_refused(name: str, value: object, where: str) -> None:
    """The refusal names the setting; a line turned around or broken reaches no mail."""
    with pytest.raises(BadSetting) as refused:
        check(structs.replace(Settings(), **{name: value}))
    assert refused.value.where == where


@pytest.mark.parametrize(
    "text",
    [
        "Ärzte & <b>Co</b>",
        "\N{ARABIC LETTER MEEM}\N{ZERO WIDTH NON-JOINER}\N{ARABIC LETTER KHAH}",
        "\N{RIGHT-TO-LEFT MARK}\N{HEBREW LETTER QOF}\N{LEFT-TO-RIGHT MARK} 3",
        "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}",
    ],
)
def test_every_script_may_be_written(text: str) -> None:
    """Joiners and marks of direction that scripts need are no hiding."""
    support = Support(text=f"{text}\n{text}", contacts=(text,))
    assert check(Settings(organisation=text, support=support)).organisation == text
