"""How far away what is seen is: by a network, or by how it moves past."""
