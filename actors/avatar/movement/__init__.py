"""How the body gets somewhere: by VRChat's inputs, steered by where it is felt to be."""
