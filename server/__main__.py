"""`python -m roomtone` is `roomtone`."""

from .cli import main

if __name__ == "__main__":
    main()
