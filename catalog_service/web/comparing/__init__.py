"""What the page of a comparison shows, made from two versions and their diff: a summary in words, and the text."""
