"""*People*: who is known, what is known of them, and what an owner wants done about it."""

from supervisor.page.screens.people.people import PEOPLE as PEOPLE
