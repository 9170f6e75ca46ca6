"""The compiled route of an overlay: flat arrays in, pairs and what they share out, no geometry objects."""
