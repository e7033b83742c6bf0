"""In a few words which browser somebody signed in with."""

# The first that is there counts: most browsers call themselves Chrome or Safari as well.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
_LONGEST = 80


def browser_name(user_agent: str) -> str:
    """A browser and its system, as "Firefox, Windows", from what the browser says of itself.

    One that is not known comes back in its own words, the first of them.
    """
    browser = _first(_BROWSERS, user_agent)
    if not browser:
        return user_agent[:_LONGEST]
    system = _first(_SYSTEMS, user_agent)
    return f"{browser}, {system}" if system else browser


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for mark, name in names.items() if mark in user_agent), "")
