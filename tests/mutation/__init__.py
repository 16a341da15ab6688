"""Mutation: every line of the generated configuration, and of the header tables, has a guard.

Each directive is removed or weakened, one at a time; NGINX runs with what is left, and rows of the
scenario table are played until one sees a difference. What survives is a line without a guard,
unless the comment before it says why no row can see it: "Speed only", "Changes no answer".
"""
