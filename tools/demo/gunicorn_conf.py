"""How the demo's gunicorn runs; names that an older gunicorn doesn't know are ignored by it."""

worker_class = "gthread"
workers = 1
threads = 16
# A download that goes on must not keep the demo from ending.
graceful_timeout = 1
# It would be a socket in the visitor's home.
control_socket_disable = True
