"""Whether the machine, its packages, its clock and the model servers will do."""
