"""Figures for print: what they show, into a file or onto the clipboard."""
