"""Bytes to trusted tables: layers, boundaries, names, and places located."""
