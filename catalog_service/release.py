"""The version of the installed release."""

from importlib.metadata import version

RELEASE = version("palimpsest-catalog")
