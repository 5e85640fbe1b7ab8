"""Small widgets, words and colors that every view uses."""
