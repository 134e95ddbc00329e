"""`python -m api` is the `wederhoor` command."""

from api.cli import app

app()
