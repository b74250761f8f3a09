"""``python -m gis_service NOUN VERB``."""

from gis_service.cli import main

if __name__ == "__main__":
    main()
