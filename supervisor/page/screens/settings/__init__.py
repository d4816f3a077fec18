"""*Settings*: every key with its meaning and where its value comes from, and a form to change it."""

from supervisor.page.screens.settings.settings import SETTINGS as SETTINGS
