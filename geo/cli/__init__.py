"""The front door: one command per file; the only room that prints or exits."""

from geo.cli.main import main

__all__ = ["main"]
