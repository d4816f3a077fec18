"""Taken up by Windows' Python at its start: what Wine 8 names and does not have."""

import _winapi

if hasattr(_winapi, "CopyFile2"):
    del _winapi.CopyFile2  # shutil then copies by itself
