"""The carrier NGINX: what it is told with each answer, and the configuration that obeys."""
