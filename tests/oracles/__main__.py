"""Ask R again for everything that it once said, and compare with what is committed.

    python -m tests.oracles            # compares; exit 1 on a difference, 0 with a reason without R
    python -m tests.oracles --write    # writes what R says now

Debian: apt-get install --no-install-recommends r-base-core r-cran-jsonlite r-cran-psych
r-cran-psychtools r-cran-multilevel r-cran-lme4 r-cran-survey r-cran-lavaan r-cran-gparotation
r-cran-strucchange. R's own data sets of the GPL packages are read inside R and never written.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tests.oracles.recorded import HERE, differences, oracle

SCRIPTS: Final = HERE / "r"
SAME: Final = 1e-11  # fifteen digits are printed; what iterates ends a little elsewhere


def names() -> list[str]:
    """Return the oracles that R can be asked for."""
    return sorted(path.stem for path in SCRIPTS.glob("*.R") if path.stem != "tell")


def ask(program: str, name: str) -> Any:
    """Return what R says now."""
    code = f'source("{SCRIPTS / "tell.R"}"); source("{SCRIPTS / name}.R")'
    done = subprocess.run([program, "-e", code], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main(arguments: list[str]) -> int:
    """Compare or write every oracle; return the exit code."""
    program = shutil.which("Rscript")
    if program is None:
        sys.stdout.write("Skipped: Rscript is not installed; the numbers stand as committed.\n")
        return 0
    wrong = 0
    for name in names():
        said = ask(program, name)
        if "--write" in arguments:
            text = json.dumps(said, indent=1, ensure_ascii=False)
            Path(HERE / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
        kept = oracle(name)
        found = [
            each
            for part in ("data", "calls", "expected")
            for each in differences(kept[part], said[part], SAME, part)
        ]
        wrong += bool(found)
        sys.stdout.write(f"{name}: {'; '.join(found) or 'the same'} ({said['versions']})\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
