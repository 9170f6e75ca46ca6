"""Registers of any size through the check, and overlays of any size through the kernel."""
