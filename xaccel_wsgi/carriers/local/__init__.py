"""The carrier for files of this machine, where no NGINX is to send them.

Some applications (django-sendfile2, hand-written ones) answer `X-Accel-Redirect: /protected/x` by
themselves. NGINX takes that file from the folder of its internal location, whatever the response's
status and the request's method, and keeps six of the response's headers. What is read and decided
here is what NGINX reads and decides (measured on 1.22, 1.26 and 1.30), so that the client gets the
same.
"""

from .carrier import send
from .named import HEADER, NamedFile, named_file

__all__ = ["HEADER", "NamedFile", "named_file", "send"]
