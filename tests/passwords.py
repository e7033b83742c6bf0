"""Passwords that cost little, since most tests are about something else than what they cost."""

from argon2 import PasswordHasher

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
