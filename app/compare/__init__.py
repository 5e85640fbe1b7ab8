"""The comparison of samples."""
