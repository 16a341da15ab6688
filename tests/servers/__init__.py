"""The WSGI servers that people have, each a process of its own, behind NGINX and alone."""
