"""Each framework as its people use it, on a real server, through both carriers."""
