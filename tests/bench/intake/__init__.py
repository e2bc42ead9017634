"""The intake under load: durable ballots against handlers that do nothing, and the usual way.

    python -m tests.bench.intake --fastapi FOLDER

Needs `wrk` (apt-get) and, in a folder of its own, FastAPI: `pip install --target FOLDER fastapi`
(beside Litestar it would bring pydantic, which Litestar then loads into every app measured here).

In every round each way runs once, in turn, with a fresh home on the disk of `--scratch`; what is
shown are medians over the rounds and ratios of medians. Every server is the process that
`pulse serve` starts (uvicorn, uvloop, httptools, our limits on slow connections). wrk keeps 64
connections (`--connections`) busy for each process and sends each ballot once: real RSA-2048
tokens over 20 groups, really sealed boxes, 795 bytes of JSON. Server and generator share the
machine's cores unless `--apart` puts the server on one and wrk on the rest. CPU is the server's
own, user and system, in all its threads; with PostgreSQL what its server process uses comes on top
and is not counted. `--sync-ms` adds to every sync of a server, as on disks slower than this one
(a shim, built by gcc): where each answer pays a sync of its own, that decides.

- ours, durable: /ballot of the staff app: strict body, curve point, PSS verified, gate read,
  stored and synced before the answer.
- no-op in our app: a handler `data: JSONBody[Struct]` with the same body and a struct as the
  answer, inside the same staff app, so served by the same server. No-op, Litestar: an app of
  that handler alone, with Litestar's defaults. Bare ASGI: a route that reads the body and
  throws it away, the cheapest that Litestar has.
- FastAPI + ORM: `fastapi_orm.py`, as the tutorials have it; stores the same bytes and verifies
  nothing.
- issuing: /issue, durable mark and blind signature. Storage alone: the store's own `cast` in
  batches as large as the connections are many, without HTTP or tokens; its p50 and p99 are those
  of a whole batch.
"""
