"""`supervisor doctor`: looks at everything an owner can get wrong, and says what to do about it."""
