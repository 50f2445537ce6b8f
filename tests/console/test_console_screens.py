"""Every screen of the console with real data, at three widths and in both colour schemes."""

import pytest

from support.waiting import wait_for

SCREENS = ["overview", "feed", "payments", "settlements", "matches", "reviews", "orders", "links", "notifications", "endpoints",
           "deliveries", "connectors", "institutions", "rules", "statements", "nodes", "keys", "operators", "changes", "search"]
ITEMS = ["payments", "settlements", "matches", "reviews", "orders", "links", "notifications", "endpoints", "deliveries"]
# width, height, and the scheme in which axe looks at each screen: both schemes, and the widths where the layout changes
WIDTHS = [(360, 780, "dark"), (1280, 860, "light"), (2560, 1300, None)]
# A stream that is given up when its screen is left is no fault of the page.
HARMLESS = ("net::ERR_ABORTED", "net::ERR_NETWORK_CHANGED")
BACKGROUND = "return getComputedStyle(document.body).backgroundColor"
TRIGGERS = [("settlement",), ("settlement", "--cut", "6"), ("unmatched",), ("ambiguous",), ("order",), ("rejection",), ("link",),
            ("notification",), ("endpoint-gone",), ("unreadable",)]


@pytest.fixture(scope="module")
def paths(world, trigger, ask):
    """The address of each screen, and of one thing on each list."""
    for name, *options in TRIGGERS:
        trigger(name, *options)
    found = [f"/console/{screen}" for screen in SCREENS]
    for screen in ITEMS:
        rows = ask(f"/v1/{screen}?limit=50")["data"]
        found += [f"/console/{screen}/{row['id']}" for row in kinds_of(rows)]
    found += [f"/console/connectors/{world.dev.state['connector']}", f"/console/timeline/{ask('/v1/events?limit=1')['data'][0]['id']}",
              "/console/search#order-1", "/console/nowhere"]
    return found


def kinds_of(rows):
    """One of each kind of review, else the newest row alone."""
    by_kind = {}
    for row in rows:
        by_kind.setdefault(row.get("kind"), row)
    return by_kind.values()


@pytest.mark.parametrize("width, height, looked_at_in", WIDTHS, ids=[f"{width} px" for width, *_ in WIDTHS])
def test_every_screen_shows_its_data_and_has_no_fault(world, paths, browse, tmp_path, width, height, looked_at_in):
    browser = browse(width=width, height=height)
    browser.sign_in_with_key(world.key)
    assert browser.run("return innerWidth") == width
    browser.log()
    faults = []
    for path in paths:
        browser.go(path)
        grounds = set()
        for scheme in ("light", "dark"):
            browser.show_in(scheme)
            grounds.add(browser.run(BACKGROUND))
            name = path.removeprefix("/console/").replace("/", "-").replace("#", "-")
            if scheme == looked_at_in:
                browser.picture(tmp_path / f"{name}-{width}-{scheme}.png")
                faults += [f"{path} {width} {scheme}: {found}" for found in browser.violations()]
        if len(grounds) != 2:
            faults.append(f"{path}: light and dark look alike, {grounds}")
        if browser.overflow() > 0:
            faults.append(f"{path} {width}: {browser.overflow()} px wider than the window")
        if browser.driver.find_elements("css selector", ".refused"):
            faults.append(f"{path}: {browser.find('.refused').text}")
        faults += [f"{path}: {line}" for line in browser.log() if not any(harmless in line for harmless in HARMLESS)]
    assert not faults, "\n".join(faults)


def test_the_live_feed_shows_what_happens(world, browse, trigger):
    browser = browse()
    browser.sign_in_with_key(world.key)
    browser.go("/console/feed")
    wait_for(lambda: browser.find(".head .pill").text == "live", lambda: f"the stream is there: {browser.text()}")
    trigger("settlement", "--amount", "77.31")
    browser.shows("77.31 GBP")
    browser.button("Pause").click()
    trigger("settlement", "--amount", "78.32")
    browser.shows("since you paused")
    assert "78.32 GBP" not in browser.text()
    browser.button("Resume").click()
    browser.shows("78.32 GBP")


def test_a_word_that_is_searched_for_is_in_no_address(world, browse):
    browser = browse()
    browser.sign_in_with_key(world.key)
    browser.press("/")
    browser.press("order-1", "\ue007")
    browser.shows("INV-2026-0001")
    assert browser.run("return location.pathname + location.search") == "/console/search"
    asked = browser.run("return performance.getEntriesByType('resource').map(one => one.name)")
    assert not [address for address in asked if "order-1" in address]
