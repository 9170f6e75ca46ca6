"""Pure geometry on CGCS2000: units, coordinate systems, measures, shapes, lines, overlays."""
