"""Which model to fit: species to choose, and models suggested by the data."""
