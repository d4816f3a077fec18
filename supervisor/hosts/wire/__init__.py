"""The wire between a home and its hosts: zenoh carries it, and nothing that zenoh says of a sender is believed."""
