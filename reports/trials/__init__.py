"""Two releases under the same load, block by block, and what may be concluded from it."""
