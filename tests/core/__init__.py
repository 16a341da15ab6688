"""The pure core, tested without a socket: values, tables and the errors that explain them."""
