"""The pages of members, rendered on the server; every form works without JavaScript."""
