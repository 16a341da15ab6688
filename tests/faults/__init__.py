"""Faults: remotes, clients and machines that break, and how each carrier ends it.

Every fault ends in a status of the table or in a body that is visibly broken, within the deadline
that the settings state, and leaves no socket, thread or file behind. Each is a row of the table in
docs/security.md.
"""
