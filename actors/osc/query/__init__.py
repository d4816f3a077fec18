"""OSCQuery: VRChat finds Gerald, and Gerald VRChat, by multicast DNS; each reads what the other takes and has."""
