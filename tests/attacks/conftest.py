"""A world to attack, as new for each test."""

from collections.abc import Iterator

import pytest

from tests.attacks.world import World, a_world, cheap_passwords


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world, made once."""
    made = a_world(tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture
def world(made_world: World) -> Iterator[World]:
    """The world as it was made."""
    made_world.reset()
    with cheap_passwords():
        yield made_world
