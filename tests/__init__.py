"""The tests of evaltool."""
