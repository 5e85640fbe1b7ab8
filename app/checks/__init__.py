"""The findings of the checks, and what can be done about them."""
