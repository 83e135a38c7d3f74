"""The pages: a module for each, with its handlers; `routes` gives them their addresses."""
