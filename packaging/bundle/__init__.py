"""How the program is bundled for people without Python: build, contents, licences, tests."""
