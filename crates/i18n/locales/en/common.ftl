# Words that every area uses.

language = Language
