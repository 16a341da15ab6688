"""`xaccel_wsgi.testing`, as the tests of an application use it."""
