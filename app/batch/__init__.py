"""Many files fitted by one recipe into one table."""
