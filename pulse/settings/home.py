"""The folders of one installation."""

from pathlib import Path


class Home:
    """The folders of one installation; see `pulse/store/README.md` for who may read which."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.issuer = path / "issuer"
        self.ballotbox = path / "ballotbox"
        self.keys = path / "keys"
        self.issuer_keys = path / "keys" / "issuer"
        self.operator_keys = path / "keys" / "operator"
        self.holder_keys = path / "keys" / "holder"
        self.releases = path / "releases"
        self.accounts = path / "accounts"
        self.practices = path / "practices"
        self.outbox = path / "outbox"
        self.channels = path / "channels"
        self.state = path / "state"
        self.published = path / "state" / "w"
        self.trees = path / "state" / "trees"
        self.summary = path / "state" / "summary.json"
        self.ticked = path / "state" / "ticked"
        self.settings_file = path / "pulse.toml"

    def folders(self) -> tuple[Path, ...]:
        """Return every folder of the home, parents first."""
        return (
            self.path, self.issuer, self.ballotbox, self.keys, self.issuer_keys,
            self.operator_keys, self.holder_keys, self.releases, self.accounts,
            self.practices, self.outbox, self.channels, self.state, self.published, self.trees,
        )  # fmt: skip

    def mode(self, folder: Path) -> int:
        """Return the rights of a folder: its owner's alone, but for what leads to public files."""
        if folder in {self.releases, self.published, self.practices}:
            return 0o755
        return 0o711 if folder in {self.path, self.state} else 0o700

    def make(self) -> None:
        """Create the folders that are missing, each with its rights whatever the umask."""
        for folder in self.folders():
            if not folder.is_dir():
                folder.mkdir(mode=0o700, parents=True)
                folder.chmod(self.mode(folder))
