"""The desktop app: what a person sees of Doublet. It imports `xps`, never the other way round."""
