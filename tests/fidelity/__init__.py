"""Fidelity: what the client gets without NGINX is what it gets with it.

Each row of `rows/` is one exchange: a client's request, what the application says of the file, what
the remote answers. The rig plays it twice, through real NGINX with the generated configuration and
through the streamer under a real WSGI server, and everything that the client and the remote saw
must be the same. `deviations` lists what can't be.
"""
