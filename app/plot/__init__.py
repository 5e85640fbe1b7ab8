"""The plot of a spectrum, and what the mouse does in it."""
