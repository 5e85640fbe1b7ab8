"""Models suggested for simulated S 2p spectra of three to six species, held against the truth.

Run with ``python -m benchmarks.suggestion``.
"""
