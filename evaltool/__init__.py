"""Self-evaluation of the LIVC-R for Flemish municipalities, beside the 2020 VVSG survey."""

__version__ = "0.1.0"
