"""Spectra of known truth, fitted many times: are numbers and errors right?

Run with ``python -m benchmarks.truth`` or ``make truth``.
"""
