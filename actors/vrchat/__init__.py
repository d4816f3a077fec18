"""The account: signs in to VRChat's web interface, accepts friends, and knows where they are."""
