"""Many sites at once: each layer measured for all of them, then every site judged as one alone is."""
