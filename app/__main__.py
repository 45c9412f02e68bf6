"""`python -m app`: the `fanjoin` command."""

from app.cli import main

if __name__ == "__main__":
    main()
