"""Files of this machine, named by X-Accel-Redirect: NGINX and the middleware send the same."""
