"""The JSON API: what the widget speaks, and the health of the process."""
