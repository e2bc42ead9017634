"""What the program tells of languages: the table, a file's faults, the roster's notes."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from tests.unit.cli.conftest import Call

Document = Callable[..., Any]


def configure(home: Path, text: str) -> None:
    """Put settings in front of those that `init` wrote."""
    file = home / "pulse.toml"
    file.write_text(text + file.read_text(encoding="utf-8"), encoding="utf-8")


def test_the_table_tells_what_a_week_does(call: Call, home: Path) -> None:
    """Those that are asked stand first, the default on top, in 80 columns."""
    configure(home, 'languages = ["de", "en", "it"]\n')
    lines = call("survey", "languages").stdout.splitlines()
    assert " ".join(lines[1].split()) == "de complete 44 of 44 asked, also of all others Deutsch"
    assert " ".join(lines[2].split()) == "en reviewed 44 of 44 asked English"
    assert " ".join(lines[3].split()) == "it draft 44 of 44 does not open: a draft Italiano"
    assert len(lines) == 13
    assert all(line.split()[5:7] == ["not", "asked"] for line in lines[4:])
    assert max(map(len, lines)) <= 80


def test_the_document_has_the_same(document: Document, home: Path) -> None:
    """With direction, and whether readers get a help text in their language."""
    configure(home, 'languages = ["en", "ar"]\n')
    rows = {row["code"]: row for row in document("survey", "languages")["languages"]}
    assert rows["ar"] == {
        "code": "ar", "name": "العربية", "dir": "rtl", "status": "complete", "texts": 44, "of": 44,
        "wave": "asked", "helped": True,
    }  # fmt: skip


def test_a_reviewer_sees_each_text_beside_its_source(call: Call, document: Document) -> None:
    """Statements, names, titles and answers of one language; another is refused by its code."""
    lines = call("survey", "languages", "de").stdout.splitlines()
    place = lines.index("W2")
    assert lines[place + 1] == "  I had a say in changes that affect my work."
    assert "mitreden" in lines[place + 2]
    found = document("survey", "languages", "de")
    assert (found["code"], found["status"], len(found["texts"])) == ("de", "complete", 84)
    assert found["texts"][-1] == {
        "id": "6", "source": "Prefer not to say", "text": "Möchte ich nicht sagen",
    }  # fmt: skip
    refused = call("survey", "languages", "../weekly")
    assert refused.exit_code == 1
    assert "no translation into ../weekly" in refused.stderr


def test_a_help_text_in_one_language_only_is_told(call: Call, home: Path) -> None:
    """An organisation that wrote its own text hears which readers get it in another language."""
    file = home / "pulse.toml"
    text = file.read_text(encoding="utf-8").replace("If work weighs on you, talk", "Talk")
    file.write_text(f'languages = ["en", "de", "fr"]\n{text}', encoding="utf-8")
    assert "Deutsch: the help text" in call("survey", "languages").stderr
    with file.open("a", encoding="utf-8") as more:
        more.write('[support.locales.de]\ntext = "Reden Sie."\n')
    told = call("survey", "languages").stderr
    assert "Deutsch" not in told
    assert "[support.locales.fr]" in told


def test_all_faults_of_a_translation_are_told(call: Call, tmp_path: Path) -> None:
    """Each with its place; the command ends with 1, and with 0 once they are mended."""
    shipped = (resources.files("surveys") / "locales" / "fr.toml").read_text(encoding="utf-8")
    file = tmp_path / "fr.toml"
    file.write_text(shipped.replace('dir = "ltr"', 'dir = "rtl"').replace("Travail", "<b>"))
    result = call("survey", "check", str(file))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "not ok: 2 places to put right"
    assert "- fr.toml: locale.dir: " in result.stdout
    assert "- fr.toml: scales.work.text: The text holds HTML" in result.stdout
    assert '"where":' in call("survey", "check", str(file), "--json").stdout
    file.write_text(shipped)
    assert call("survey", "check", str(file)).exit_code == 0


def test_the_roster_import_tells_of_languages(
    call: Call, document: Document, home: Path, tmp_path: Path
) -> None:
    """In the document and beside the result, already in a dry run."""
    units, people = tmp_path / "units.csv", tmp_path / "people.csv"
    units.write_text("unit_id,parent_id,name\nall,,All\nops,all,Operations\n")
    people.write_text("person_id,email,unit_id,locale\n" + "".join(
        f"p{i},,ops,{'sv' if i == 3 else 'en'}\n" for i in range(12)
    ))  # fmt: skip
    words = ("roster", "import", str(units), str(people), "--dry-run")
    (note,) = document(*words)["notes"]
    assert note.startswith("1 person has the language sv, into which there is no translation")
    assert note in call(*words).stderr
    assert home.is_dir()
