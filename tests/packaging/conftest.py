"""The modules that build the bundle; ``packaging`` itself is a library of Python's authors."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
