"""What people choose once, and the window that they choose it in."""
