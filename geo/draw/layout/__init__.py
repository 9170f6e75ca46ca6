"""Where things stand on the paper, in millimetres, before anything is drawn."""
