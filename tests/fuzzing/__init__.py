"""Rubbish for everything that reads: a refusal may come of it, a failure never."""
