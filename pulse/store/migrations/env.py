"""Run by alembic: migrates on the connection that `pulse.store.migrate` opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
