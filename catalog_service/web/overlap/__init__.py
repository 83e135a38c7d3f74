"""What the page of a relation shows, made from the relation and its two texts: a sentence, a picture, pairs, texts.

The text that took something is on the left, and its source is on the right, where they are known.
"""
