"""The way to VRChat's web interface: requests, the websocket, and the file in which the session is kept."""
