"""What a person can do to a project: pure functions from one project to the next."""
