"""A factorial design of overlapping peaks: how they are counted and measured.

The design is that of NIST's XPS-STD (Conny and Powell, Surf. Interface Anal. 29 (2000) 444):
simulated C 1s spectra, most of them two overlapping singlets, in three factors (separation,
relative intensity, fractional Poisson noise), replicated; ten sets of 22 spectra. The spectra
are our own: those of NIST are not at hand. Run with ``python -m benchmarks.factorial``.
"""
