"""What the bot is made of: a kernel that any actor lives in, and one room for each domain and each sense."""

import os

# onnxruntime sends statistics to its maker, under an identifier that it writes into the user's folder, unless this is
# set before it is loaded. Every process of the bot imports this package first.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
