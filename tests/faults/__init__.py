"""Load and faults: what was acknowledged is there, whatever happens to the process or the disk."""
