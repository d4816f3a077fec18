"""`python -m supervisor`, and the `supervisor` command."""

from supervisor.cli.main import main

if __name__ == "__main__":
    main()
