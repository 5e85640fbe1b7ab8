"""What helps: guide, shortcuts, self-check, diagnostics, licenses."""
