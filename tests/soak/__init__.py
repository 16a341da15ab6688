"""Load and time: hundreds of downloads at once, some of them broken, for minutes or for hours.

`python -m tests.soak --minutes 2`, or `make soak MINUTES=2`. Every byte of every body is checked;
so is how each download ends; and what the processes hold once all is quiet again.
"""
