"""Maps and profiles: many spectra of one axis, fitted as one and looked at as an image."""
