"""The commands of the account at VRChat."""
