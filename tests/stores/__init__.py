"""Stores: what signs URLs, against what verifies them, through both carriers."""
