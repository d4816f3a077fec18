"""Many homes on one machine, as a file names them: each is an instance of its own under a launcher of its own."""
