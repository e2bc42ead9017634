"""What every process of a wave is made to load: it tells all that the process logs and does.

And what a careless hand might add to a server, for the search to find.
"""

import textwrap
from pathlib import Path
from typing import Final

# Python loads a module of this name at the start of every process.
TAP: Final = """
import logging, os, sys

def write(line):
    with open(os.path.join(os.environ["CANARY_LOGS"], f"{os.getpid()}.log"), "a") as file:
        file.write(line + "\\n")

class Tap(logging.Handler):
    def emit(self, record):
        write(" ".join(map(str, (self.format(record), record.args, record.__dict__))))

write("tapped")

logging.root.addHandler(Tap(1))
logging.root.level = logging.DEBUG

def stay_loud(logger, level):
    logger.level = logging.DEBUG

logging.Logger.setLevel = stay_loud
logging.captureWarnings(True)

doings = os.open(os.path.join(os.environ["CANARY_LOGS"], f"{os.getpid()}.does"), 0o2101)

def watch(event, given):
    if event == "open" and given[2] & 3 or event == "sqlite3.connect":
        os.write(doings, f"{event} {given[0]}\\n".encode())
    elif event in ("socket.connect", "syslog.syslog"):
        os.write(doings, f"{event} {given[1]}\\n".encode())

sys.addaudithook(watch)
"""
# What a careless hand might add to a server, and the search must find: each wraps the app.
MUTANTS: Final = {
    "logs bodies": """
        async def hear():
            message = await receive()
            logging.getLogger("app").debug("got %s", message.get("body"))
            return message
        await app(scope, hear, send)
    """,
    "logs addresses": """
        logging.getLogger("app").info("from %s", scope.get("client"))
        await app(scope, receive, send)
    """,
    "prints errors": """
        async def tell(message):
            if message.get("status", 200) >= 400:
                print(scope["path"], scope["query_string"], flush=True)
            await send(message)
        await app(scope, receive, tell)
    """,
    "keeps agents": """
        agents = [value for name, value in scope["headers"] if name == b"user-agent"]
        with open(os.path.join(os.environ["PULSE_HOME"], "state", "agents"), "ab") as file:
            file.writelines(agents)
        await app(scope, receive, send)
    """,
    "keeps links": """
        async def hear():
            message = await receive()
            if scope["path"] == "/me":
                with open(os.path.join(os.environ["PULSE_HOME"], "issuer", "last"), "wb") as file:
                    file.write(message.get("body", b""))
            return message
        await app(scope, hear, send)
    """,
    "echoes": """
        begun = []
        async def tell(message):
            begun.append(message.get("status"))
            if message["type"] == "http.response.body" and begun[0] == 404:
                given = b'"' + scope["query_string"] + b'"'
                begun[0], message["body"] = 0, given.ljust(len(message["body"]))
            await send(message)
        await app(scope, receive, tell)
    """,
    "spools": """
        async def hear():
            message = await receive()
            with tempfile.NamedTemporaryFile(delete=False) as file:
                file.write(message.get("body", b""))
            return message
        await app(scope, hear, send)
    """,
    "tells a neighbour": """
        with socket.socket(type=socket.SOCK_DGRAM) as line:
            line.connect(("127.0.0.2", 514))
        await app(scope, receive, send)
    """,
    "lets databases speak": """
        logging.getLogger("sqlalchemy.engine.Engine").disabled = False
        await app(scope, receive, send)
    """,
}
_MUTATION: Final = """
import socket, tempfile, uvicorn

def mutated(app):
    async def run(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
{body}
    return run

def load_mutant(config, load=uvicorn.Config.load, mutated=mutated):
    load(config)
    config.loaded_app = mutated(config.loaded_app)

uvicorn.Config.load = load_mutant
"""


def tapped(folder: Path, *mutants: str) -> dict[str, str]:
    """Write the tap into `folder`; return the environment that makes every process load it."""
    for name in ("logs", "tmp", "user"):
        (folder / name).mkdir(parents=True)
    bodies = (textwrap.indent(textwrap.dedent(MUTANTS[name]), " " * 8) for name in mutants)
    tap = TAP + "".join(_MUTATION.format(body=body) for body in bodies)
    (folder / "sitecustomize.py").write_text(tap)
    return {
        "PYTHONPATH": str(folder),
        "PYTHONDEVMODE": "1",
        "PYTHONWARNINGS": "default",
        "CANARY_LOGS": str(folder / "logs"),
        "TMPDIR": str(folder / "tmp"),
        "HOME": str(folder / "user"),
    }
