"""What Alembic runs: the revisions on the connection that it is given, inside that one's transaction."""

from alembic import context

from svcqa.register.migrations import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
