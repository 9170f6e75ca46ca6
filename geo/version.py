"""The version of this program, which every output names."""

__version__ = "0.1.0"
TOOL = f"hongxian {__version__}"
