"""A scene on paper: arranged, drawn, bound and saved with the same bytes every time."""
