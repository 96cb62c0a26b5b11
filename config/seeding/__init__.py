"""Loads the data files of ``seeds/`` into rows. See docs/domain/seeds.md."""
