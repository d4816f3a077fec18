"""Where actors run: threads of this process, processes of their own, and the links between them."""
