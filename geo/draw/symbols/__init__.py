"""How a thing looks: colours, symbols by Chinese conventions, hatches."""
