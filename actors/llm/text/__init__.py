"""What a model writes, made fit for voice and chatbox: thoughts, marks and markup out, sentence by sentence. Pure."""
