"""The camera: takes pictures and puts them into the ring."""
