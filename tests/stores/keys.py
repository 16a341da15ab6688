"""Keys that are hard to sign, to send or to find again: each stored under itself as its content."""

KEYS = (
    "plain.txt", "a b.txt", "100%.txt", "100%25.txt", "a%20b.txt", "what?.txt", "a#b.txt",
    "a//b.txt", "/leading.txt", "trailing/", "a/../b.txt", "a/./b.txt", "..", "é.txt", "日本語.txt",
    "it's.txt", "[1]{2}|3.txt", "back\\slash.txt", 'quo"te.txt', "a+b&c=d;e,f.txt",
    "~!@$^*()_-=.txt", "new\nline.txt", "<tag>.txt",
)  # fmt: skip
# NGINX and browsers take a dot segment for a step in the tree.
DOT_SEGMENTS = ("a/../b.txt", "a/./b.txt", "..")
