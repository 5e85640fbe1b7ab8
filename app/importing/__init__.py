"""Read files, and ask how text is to be understood."""
