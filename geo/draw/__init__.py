"""Job 1: a map resolved into a scene, and the scene as a sheet or a web page."""
