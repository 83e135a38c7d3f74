"""The newspaper of changes: entries of the change log as sentences, made from diffs and relations, without a model."""
