"""Figures that anyone can reproduce: `make bench` measures on this machine and writes the page.

`subjects/` has one file for each question. They measure with `load`, on the servers of `stage`,
and give a `Chapter`; `__main__` writes the chapters into docs/benchmarks.md, with their plots
beside it.
"""
