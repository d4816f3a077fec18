"""The page in a browser: a child of the tree, in a process of its own, that asks the instance as the commands do."""
