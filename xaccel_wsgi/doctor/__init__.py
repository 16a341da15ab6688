"""The doctor: does a site, a configuration or an NGINX do what the application relies on?

Each check yields findings; `report` shows them to a person or to a machine.
"""
