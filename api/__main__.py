"""`python -m api` is the `wederhoor` command."""

from api.cli import app

if __name__ == "__main__":
    app()
