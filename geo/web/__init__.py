"""Job 1 on a screen: a scene as one HTML file that asks the network for nothing."""
