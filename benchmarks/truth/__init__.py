"""Whether numbers and errors are right: spectra of known truth, fitted many times.

Run with ``python -m benchmarks.truth`` or ``make truth``.
"""
