"""Puts the kit, and what runs Pillarbox for tests, where imports find them."""

import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS), str(TESTS / "support")]
