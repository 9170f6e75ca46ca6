"""``python -m geo.cli``: the same as ``hongxian``, for machines where scripts are not on PATH."""

from geo.cli.main import main

if __name__ == "__main__":
    main()
