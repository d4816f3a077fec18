"""The screens, in the order of the navigation."""

from supervisor.page.screens.actors import ACTORS
from supervisor.page.screens.health import HEALTH
from supervisor.page.screens.log import LOG
from supervisor.page.screens.now.screen import NOW
from supervisor.page.screens.people import PEOPLE
from supervisor.page.screens.settings import SETTINGS
from supervisor.page.screens.turns import TURNS
from supervisor.page.site import Screen

SCREENS: tuple[Screen, ...] = (NOW, PEOPLE, ACTORS, TURNS, SETTINGS, HEALTH, LOG)
