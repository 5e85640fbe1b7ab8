"""Maps and profiles of what the fits of a stack say, as arrays, NeXus files and figures."""

from xps.maps.result_map import ResultMap, maps_of

__all__ = ["ResultMap", "maps_of"]
