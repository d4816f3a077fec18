"""How any actor works: messages, mailboxes, the actor class and its hosts. Knows no domain and no supervisor."""
