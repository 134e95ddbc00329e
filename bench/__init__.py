"""Measures a full graded turn against stock Rasa, in the same run on the same machine: `make bench`."""
