"""The example applications, asked as their visitors ask."""
