"""Nerves to VRChat: parameters in, chatbox and inputs out, over OSC."""
