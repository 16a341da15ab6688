"""The documents: every snippet runs, every setting is described, the site builds."""
