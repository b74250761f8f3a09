"""What may be wrong with the rows of a layer: each check tells rows, words and places."""
