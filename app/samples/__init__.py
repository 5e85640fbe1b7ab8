"""The tree of samples, and what is done to many spectra at once."""
