"""What ``python -m affekt`` runs: the same as the command `affekt`."""

from affekt.cli import main

if __name__ == "__main__":
    main()
