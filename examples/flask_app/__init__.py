"""Reading Room: a small Flask application whose files lie in an S3 store."""
