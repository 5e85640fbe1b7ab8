"""The menu and the window of recipes."""
