"""`supervisor persona`: the character that Gerald plays."""
