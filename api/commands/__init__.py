"""Groups of the command line, one file each; `api/cli.py` puts them together."""
