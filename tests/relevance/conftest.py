from tests.fixtures_search import *  # noqa: F403 (pytest finds fixtures by name)
