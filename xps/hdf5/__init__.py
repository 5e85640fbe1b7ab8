"""HDF5 files without the HDF5 library: within bounds, and no damage can end the program.

The library (1.14, by h5py) ends the whole program on some damaged files, and weighs 17 MB.
What spectra are stored in is a small part of the format, read and written here as the
"HDF5 File Format Specification Version 3.0" (The HDF Group) describes it.
"""

from xps.hdf5.node import MAGIC, Dataset, Group, open_file
from xps.hdf5.parts import boxes
from xps.hdf5.writer import Attributes, Branch, Leaf, file_bytes

__all__ = [
    "MAGIC",
    "Attributes",
    "Branch",
    "Dataset",
    "Group",
    "Leaf",
    "boxes",
    "file_bytes",
    "open_file",
]
