"""Accounts on the internet: who signs in, what a municipality and an administrator manage."""

from evaltool.web.accounts.installing import install

__all__ = ["install"]
